using System.Security.Cryptography;
using System.Text;

namespace Figures.Drawing;

/// <summary>
/// HTML that shows a still picture until plotly.js is there, and keeps it when it never comes. plotly.js is the page's own
/// (window.Plotly), else a local copy, else the one of the npm package by way of a public mirror, whose bytes the browser checks.
/// </summary>
static class PlotlyHtml
{
    /// <summary>The address of a copy of plotly.min.js, as the page should load it; unset for none.</summary>
    internal const string LocalCopyVariable = "WORKBOOK_PLOTLY";

    /// <summary>The version that Plotly.NET 6.0.0 writes for.</summary>
    internal const string Version = "2.28.0";

    internal const string Integrity = "sha384-53bFwj3AXyrFzPyqXWI5rZuuEa3GbWeuLmgC04XqmiE7CairskQMPvcdXh+OLuir";

    const string Address = "https://cdn.jsdelivr.net/npm/plotly.js-dist-min@" + Version + "/plotly.min.js";

    internal static string Fragment(string still, string json)
    {
        // The same figure twice on a page is two boxes of one key; each is filled once.
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))[..12];
        string local = Environment.GetEnvironmentVariable(LocalCopyVariable) ?? "";
        return $$"""
            <div class="diffusion-figure" data-figure="{{key}}" style="background:#fff">{{still}}</div>
            <script>(function () {
            var figure = {{Embed(json)}};
            function draw() {
              document.querySelectorAll('.diffusion-figure[data-figure="{{key}}"]:not([data-live])').forEach(function (box) {
                box.setAttribute('data-live', '');
                var plot = document.createElement('div');
                plot.style.cssText = 'height:0;overflow:hidden';
                box.appendChild(plot);
                window.Plotly.newPlot(plot, JSON.parse(JSON.stringify(figure))).then(function () {
                  plot.style.cssText = '';
                  box.removeChild(box.firstChild);
                }).catch(function () { box.removeChild(plot); });
              });
            }
            function load(places) {
              if (window.Plotly) return draw();
              if (!places.length) return;
              var script = document.createElement('script'), define = window.define;
              script.src = places[0][0];
              if (places[0][1]) { script.integrity = places[0][1]; script.crossOrigin = 'anonymous'; }
              window.define = undefined;
              script.onload = function () { window.define = define; draw(); };
              script.onerror = function () { window.define = define; load(places.slice(1)); };
              document.head.appendChild(script);
            }
            load([{{(local.Length > 0 ? $"[{Quote(local)}, ''], " : "")}}['{{Address}}', '{{Integrity}}']]);
            })();</script>
            """;
    }

    /// <summary>JSON as it may stand inside a script element.</summary>
    static string Embed(string json) => json.Replace("<", "\\u003c").Replace("\u2028", "\\u2028").Replace("\u2029", "\\u2029");

    static string Quote(string text) => Embed(System.Text.Json.JsonSerializer.Serialize(text));
}

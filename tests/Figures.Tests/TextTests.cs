using Figures.Drawing;
using SkiaSharp;

namespace Figures.Tests;

public class TextTests
{
    const string Symbols = "abcxyzABC0123456789 .,:;!?()[]{}<>|/\\_^+-=*%&#@'\"~ αβγδεζηθικλμνξοπρστυφχψω ΓΔΘΛΞΠΣΦΨΩ ᾱ ε ϵ ∂ ∇ ∑ ∏ ∫ √ ∞ ≈ ≠ ≤ ≥ ± × · ÷ − "
        + "→ ← ↔ ⇒ ↦ ∈ ∼ ∝ ‖ ⟨ ⟩ … ′ ° ¹²³⁰⁴⁵⁶⁷⁸⁹⁻⁺ⁿᵀ ₀₁₂₃₄₅₆₇₈₉₊₋ ₜ ₓ ₛ ₖ ₙ ₘ ᵢ ⱼ ½ ¼ – — “ ” ‘ ’ ✓ ✗ ✎ é ö ü ñ µ \u0303 \u0304 \u0302 \u0305 \u202f";

    [Fact]
    public void The_bundled_font_has_every_symbol_of_the_field() => Assert.Empty(BundledFont.Missing(Symbols));

    [Fact]
    public void A_missing_symbol_is_noticed() => Assert.Equal(["字"], BundledFont.Missing("x字"));

    [Theory]
    [InlineData("ᾱ_t")]
    [InlineData("x_{t−1}")]
    [InlineData("β̃_t")]
    [InlineData("ᾱₜ")]
    [InlineData("xₜ₋₁")]
    [InlineData("μ̃_θ(x_t, t)")]
    [InlineData("√(1−ᾱ_t) ε")]
    public void Labels_draw_ink_and_no_box_for_a_missing_glyph(string label)
    {
        Assert.Empty(BundledFont.Missing(string.Concat(MathText.Parse(label).Select(run => run.Text))));
        using var bitmap = new SKBitmap(300, 60);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            MathText.Draw(canvas, label, 10, 40, 24, SKColors.Black);
        }
        Assert.InRange(bitmap.Pixels.Count(p => p.Red < 128), 40, 4000);
    }

    [Fact]
    public void A_tilde_stands_on_its_letter_and_takes_no_room() => Assert.Equal(MathText.Width("β", 20), MathText.Width("β̃", 20), 0.5f);

    [Fact]
    public void Scripts_reach_over_the_letters_and_digits_that_follow_or_to_the_brace()
    {
        Assert.Equal([new("x", 0), new("t", -1), new("|x", 0), new("0", -1)], MathText.Parse("x_t|x_0"));
        Assert.Equal([new("x", 0), new("t−1", -1)], MathText.Parse("x_{t−1}"));
        Assert.Equal([new("10", 0), new("−3", 1), new(" s", 0)], MathText.Parse("10^{−3} s"));
        Assert.Equal([new("ε", 0), new("θ", -1), new("(x", 0), new("t", -1), new(", t)", 0)], MathText.Parse("ε_θ(x_t, t)"));
        Assert.Equal([new("beta_start", 0)], MathText.Parse("beta\\_start"));
        Assert.Equal([new("a _ b^", 0)], MathText.Parse("a _ b^"));
        Assert.Equal([new("flip_sin_to_cos, x", 0), new("t", -1)], MathText.Parse("flip_sin_to_cos, x_t"));
        Assert.Equal([new("log", 0), new("10", -1), new(" 2εx", 0), new("t", -1)], MathText.Parse("log_{10} 2εx_t"));
    }

    [Fact]
    public void A_subscript_hangs_lower_than_its_letter()
    {
        int Lowest(string text)
        {
            using var bitmap = new SKBitmap(200, 80);
            using (var canvas = new SKCanvas(bitmap))
            {
                canvas.Clear(SKColors.White);
                MathText.Draw(canvas, text, 10, 40, 30, SKColors.Black);
            }
            return Enumerable.Range(0, 80).Last(y => Enumerable.Range(0, 200).Any(x => bitmap.GetPixel(x, y).Red < 128));
        }
        Assert.True(Lowest("x_t") >= Lowest("xt") + 4);
    }

    [Fact]
    public void Markup_becomes_html_and_nothing_else_does() =>
        Assert.Equal("x<sub>t</sub> &lt; 10<sup>−3</sup> &amp; y", MathText.ToHtml("x_t < 10^{−3} & y"));

    [Fact]
    public void Alt_text_is_there_by_itself_and_escaped()
    {
        var plot = new Plot("\"Quotes\" & <tags>", "t", "ᾱ_t").Line("linear", [1, 2]).Line("cosine", [2, 1]);
        Assert.Equal("\"Quotes\" & <tags>: ᾱ_t against t (line “linear” and “cosine”)", plot.Alt);
        string html = plot.ToHtml();
        Assert.StartsWith("<img alt=\"&quot;Quotes&quot; &amp; &lt;tags&gt;: ", html);
        Assert.Contains("width=\"720\" height=\"400\"", html);
        Assert.Contains("alt=\"By hand\"", (plot with { Alt = "By hand" }).ToHtml());
        Assert.Equal("[Plot] By hand", (plot with { Alt = "By hand" }).ToString());
    }

    [Theory]
    [InlineData(0.98612345, "0.9861")]
    [InlineData(4.04e-5, "4.04·10⁻⁵")]
    [InlineData(1e-7, "10⁻⁷")]
    [InlineData(-2, "−2")]
    [InlineData(0, "0")]
    [InlineData(12345.6, "12 350")]
    [InlineData(1000, "1000")]
    [InlineData(60000, "60 000")]
    [InlineData(123456789, "1.235·10⁸")]
    [InlineData(0.00123456, "0.001235")]
    [InlineData(9.99999, "10")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void Numbers_are_printed_as_in_a_textbook(double value, string expected) =>
        Assert.Equal(expected.Replace(' ', '\u202f'), Numbers.Short(value));
}

using ScottPlot;
using ScottPlot.TickGenerators;

namespace Figures.Drawing;

/// <summary>Where an axis has its ticks and how their numbers are written.</summary>
static class Ticks
{
    internal static ITickGenerator For(bool isLog, int about) => isLog ? new LogTicks()
        : new NumericAutomatic
        {
            LabelFormatter = value => Numbers.Short(value, 6),
            TargetTickCount = Math.Max(about, 4),
            MinorTickGenerator = new EvenlySpacedMinorTickGenerator(1),
        };

    internal static ITickGenerator Of(string[] labels) =>
        new NumericManual([.. labels.Select((_, i) => (double)i)], labels);

    /// <summary>
    /// Ticks of an axis of decimal logarithms: powers of ten, and where few of them are in view also their doubles and fives.
    /// </summary>
    sealed class LogTicks : ITickGenerator
    {
        public Tick[] Ticks { get; private set; } = [];

        public int MaxTickCount { get; set; } = 9;

        public void Regenerate(CoordinateRange range, Edge edge, PixelLength size, Paint paint, LabelStyle labelStyle)
        {
            int first = (int)Math.Ceiling(range.Min - 1e-9), last = (int)Math.Floor(range.Max + 1e-9);
            int decades = last - first + 1, step = Math.Max(1, (int)Math.Ceiling(decades / (double)MaxTickCount));
            if (decades >= 3)
            {
                Ticks = [.. Enumerable.Range(first, decades).Where(n => n % step == 0).Select(n => Tick.Major(n, Power(n)))];
                return;
            }
            int[] digits = range.Max - range.Min > 0.5 ? [1, 2, 5] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
            Ticks = [.. Enumerable.Range(first - 1, decades + 2).SelectMany(n => digits.Select(d => n + Math.Log10(d)))
                .Where(x => x >= range.Min - 1e-9 && x <= range.Max + 1e-9).Select(x => Tick.Major(x, Numbers.Short(Math.Pow(10, x), 3)))];
        }

        static string Power(int n) => n switch { 0 => "1", 1 => "10", _ => "10" + Numbers.Superscript(n) };
    }
}

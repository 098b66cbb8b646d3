using SkiaSharp;

namespace Figures.Colours;

/// <summary>Colours by what the eye sees (Björn Ottosson's OKLab): a straight line in it is a colour map of equal steps.</summary>
static class OkLab
{
    /// <summary>sRGB of lightness 0…1 and the two opponent colours.</summary>
    internal static SKColor ToColour(double lightness, double a, double b)
    {
        double l = Math.Pow(lightness + (0.3963377774 * a) + (0.2158037573 * b), 3);
        double m = Math.Pow(lightness - (0.1055613458 * a) - (0.0638541728 * b), 3);
        double s = Math.Pow(lightness - (0.0894841775 * a) - (1.2914855480 * b), 3);
        return new(Byte((4.0767416621 * l) - (3.3077115913 * m) + (0.2309699292 * s)),
            Byte((-1.2684380046 * l) + (2.6097574011 * m) - (0.3413193965 * s)),
            Byte((-0.0041960863 * l) - (0.7034186147 * m) + (1.7076147010 * s)));
    }

    static byte Byte(double linear)
    {
        double v = linear <= 0.0031308 ? 12.92 * linear : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055;
        return (byte)Math.Clamp(Math.Round(255 * v), 0, 255);
    }
}

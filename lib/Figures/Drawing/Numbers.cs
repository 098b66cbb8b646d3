using System.Globalization;

namespace Figures.Drawing;

/// <summary>Numbers as a textbook prints them, the same under every culture: 0.9861, 12 000, 4.04·10⁻⁵.</summary>
public static class Numbers
{
    /// <summary>A number to <paramref name="digits"/> significant digits, trailing zeros dropped; a whole number below a million in full,
    /// for it may be a count.</summary>
    public static string Short(double value, int digits = 4)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "∞" : "−∞";
        if (value == 0) return "0";
        if (value == Math.Truncate(value) && Math.Abs(value) < 1e6) digits = Math.Max(digits, 6);
        string[] parts = value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture).Split('E');
        int exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (exponent is < -3 or > 5)
        {
            string mantissa = Trim(parts[0]);
            string power = "10" + Superscript(exponent);
            return Minus(mantissa is "1" or "-1" ? mantissa.Replace("1", power) : $"{mantissa}·{power}");
        }
        double rounded = double.Parse(parts[0] + "E" + parts[1], CultureInfo.InvariantCulture);
        string text = Trim(rounded.ToString("F" + Math.Max(0, digits - 1 - exponent), CultureInfo.InvariantCulture));
        return Minus(exponent >= 4 ? Group(text) : text);
    }

    /// <summary>An integer as Unicode superscripts: ⁻³.</summary>
    public static string Superscript(int value) =>
        string.Concat(value.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));

    static string Trim(string number) => number.Contains('.') ? number.TrimEnd('0').TrimEnd('.') : number;

    static string Minus(string number) => number.Replace('-', '−');

    // A narrow no-break space between thousands: 12 000.
    static string Group(string digits)
    {
        int sign = digits.StartsWith('-') ? 1 : 0;
        int point = digits.Contains('.') ? digits.IndexOf('.') : digits.Length;
        for (int i = point - 3; i > sign; i -= 3) digits = digits.Insert(i, "\u202f");
        return digits;
    }
}

namespace Figures.Plotly;

/// <summary>Setting several properties of a Plotly.NET object in one expression.</summary>
static class DynamicObjExtensions
{
    internal static T Set<T>(this T target, params (string Name, object? Value)[] properties) where T : DynamicObj.DynamicObj
    {
        foreach (var (name, value) in properties) target.SetProperty(name, value);
        return target;
    }
}

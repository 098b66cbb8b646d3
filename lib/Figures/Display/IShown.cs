namespace Figures.Display;

/// <summary>Something shown that can be replaced where it stands.</summary>
public interface IShown
{
    /// <summary>Whether <see cref="Update"/> replaces; where it cannot, each update is a line of its own.</summary>
    bool Replaces { get; }

    /// <summary>Puts another value in its place.</summary>
    void Update(object value);
}

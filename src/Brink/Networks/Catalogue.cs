namespace Brink.Networks;

/// <summary>Looks a user's name up in a list of known ones.</summary>
internal static class Catalogue
{
    /// <summary>What a name stands for.</summary>
    /// <typeparam name="T">Kind of what is named.</typeparam>
    /// <param name="kind">What is named, for the message.</param>
    /// <param name="name">The name given.</param>
    /// <param name="entries">The names known.</param>
    /// <returns>The entry of that name.</returns>
    /// <exception cref="BrinkException">The name is unknown; the message suggests the nearest and lists all.</exception>
    internal static T Find<T>(string kind, string name, IReadOnlyList<(string Name, T Value)> entries)
    {
        foreach ((string known, T value) in entries)
        {
            if (known == name)
            {
                return value;
            }
        }

        throw NearestName.Unknown(kind, name, [.. entries.Select(entry => entry.Name)]);
    }
}

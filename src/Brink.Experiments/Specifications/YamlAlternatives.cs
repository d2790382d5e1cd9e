using YamlDotNet.RepresentationModel;

namespace Brink.Experiments;

/// <summary>When a list in a YAML file stands for several values of a field, and when it is one.</summary>
internal static class YamlAlternatives
{
    /// <summary>
    /// The values that a node holds. A list holds several, but for a field whose value is a list itself: there a plain list is one
    /// value, and a list that holds a list holds several.
    /// </summary>
    /// <param name="node">What stands at the field.</param>
    /// <param name="valueIsList">Whether a value of the field is a list itself.</param>
    /// <returns>A node for each value, none for an empty list of several; the node itself where it is one value.</returns>
    internal static IReadOnlyList<YamlNode> Of(YamlNode node, bool valueIsList) =>
        node is YamlSequenceNode list && (!valueIsList || list.Children.Any(child => child is YamlSequenceNode)) ? [.. list.Children] : [node];
}

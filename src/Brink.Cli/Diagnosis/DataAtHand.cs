using Brink.Data;

namespace Brink.Cli.Diagnosis;

/// <summary>Looks at the data sets of the catalogue. One that is not here is no fault: it comes when it is first used.</summary>
internal static class DataAtHand
{
    /// <summary>Looks.</summary>
    /// <param name="store">Where data sets are kept.</param>
    /// <returns>One finding a data set.</returns>
    internal static IEnumerable<Finding> Look(DataStore store) => store.List().Select(Describe);

    /// <summary>Judges one data set.</summary>
    /// <param name="state">How much of it is here.</param>
    /// <returns>The finding.</returns>
    internal static Finding Describe(DataSetState state)
    {
        string name = state.Definition.Name;
        return state.Presence switch
        {
            DataPresence.Absent => new Finding(name, "not on this machine", Health.Good, $"brink data get {name}"),
            DataPresence.Partial => new Finding(name, $"{state.Location} lacks {string.Join(", ", state.Missing)}", Health.Poor, $"brink data get {name}"),
            DataPresence.Present => new Finding(name, $"{state.Location} ({Machine.Bytes(state.Bytes)}, not verified)", Health.Good, $"brink data verify {name}"),
            _ => new Finding(name, $"{state.Location} ({Machine.Bytes(state.Bytes)}, verified)"),
        };
    }
}

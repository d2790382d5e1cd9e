using System.Text.Json.Serialization;

namespace Brink.Cli.Diagnosis;

/// <summary>How well a thing stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Health>))]
internal enum Health
{
    /// <summary>As it should be, or simply a fact.</summary>
    [JsonStringEnumMemberName("good")]
    Good,

    /// <summary>Brink works, but slower or with less.</summary>
    [JsonStringEnumMemberName("poor")]
    Poor,

    /// <summary>Brink does not work.</summary>
    [JsonStringEnumMemberName("broken")]
    Broken,
}

/// <summary>One thing that <c>brink doctor</c> looked at.</summary>
/// <param name="Name">What was looked at, in a word or two.</param>
/// <param name="Value">What was found.</param>
/// <param name="Health">How well it stands.</param>
/// <param name="Advice">What to do about it; null when there is nothing to do.</param>
internal sealed record Finding(string Name, string Value, Health Health = Health.Good, string? Advice = null);

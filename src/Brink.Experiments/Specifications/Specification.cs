using System.Security.Cryptography;
using System.Text;
using Brink.Objectives;

namespace Brink.Experiments;

/// <summary>
/// What a run is: data, network and loss (or a small model), method, measurements, seed, precision and stopping. Immutable; it holds the values
/// that were given, and answers with the fields' defaults for the others. <see cref="Resolve"/> fills in everything, and
/// a resolved specification determines the run.
/// </summary>
/// <remarks>
/// Values are checked when they are read from text and by <see cref="Validate"/>; an object made in code is as good as
/// its author until then. The fields themselves are the table <see cref="SpecificationFields"/>; of its typed properties each
/// gives the value that was set, else the field's default, and setting a nullable one to null takes the value back.
/// </remarks>
public sealed partial record Specification
{
    /// <summary>The given values at their fields' places in the table; never changed once it is set.</summary>
    private object?[] _given = new object?[SpecificationFields.All.Count];

    /// <summary>Names of the fields that were given a value, in the order of the table.</summary>
    public IEnumerable<string> Given => SpecificationFields.All.Where(f => GivenValue(f) is not null).Select(f => f.Name);

    /// <summary>
    /// SHA-256, in hexadecimal, of everything but where the run is stored: equal for two resolved specifications exactly
    /// when they are the same run.
    /// </summary>
    public string Fingerprint =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes((this with { Out = null }).ToJson())));

    /// <summary>A copy with one more field given as text.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="text">Its value, spelled as on the command line.</param>
    /// <exception cref="BrinkException">There is no such field, or the value is not legal for it.</exception>
    public Specification With(string name, string text) => new SpecificationReader(this).Set(name, text, name).Unchecked();

    /// <summary>A copy in which a field has its default again.</summary>
    /// <param name="name">The field's name.</param>
    public Specification Without(string name) => SpecificationFields.Find(name) is { } field ? this with { _given = Changed(field, null) } : this;

    /// <summary>
    /// A copy in which every field that applies and has a value is given, and no other: defaults of the method, the
    /// number of threads, the folder apart. What only a measurement can tell (<see cref="MicroBatch"/>) stays open.
    /// </summary>
    /// <param name="outputs">K, the number of outputs, at least 1.</param>
    /// <param name="samples">N, the number of samples trained on, where it is known: an epoch's length depends on it.</param>
    /// <exception cref="BrinkException">A value is out of range, or was given where it does not apply.</exception>
    public Specification Resolve(int outputs, long? samples = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        Validate();
        object?[] resolved = [.. _given];
        if (IsStochastic && samples is { } count && resolved[RunFields.RecordEvery.Place] is null)
        {
            resolved[RunFields.RecordEvery.Place] = StepsPerEpoch(count);
        }

        foreach (SpecificationField field in SpecificationFields.All)
        {
            if (resolved[field.Place] is null && field.AppliesTo(this) && field.DefaultIn(this) is { } value)
            {
                resolved[field.Place] = value;
            }
        }

        if (MethodFields.UpperBound.AppliesTo(this) && UpperBound is null)
        {
            resolved[MethodFields.UpperBound.Place] = LossFunction.Named(Loss).FlatStep(outputs);
        }

        return this with { _given = resolved };
    }

    /// <summary>Checks every given value: its range, that it applies, and that it agrees with the others.</summary>
    /// <exception cref="BrinkException">The first that is not right, in one line.</exception>
    public void Validate() => SpecificationChecks.Check(this, name => name);

    /// <summary>Equal when the same values are given.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(Specification? other) =>
        other is not null && ToJson() == other.ToJson();

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToJson());

    /// <summary>The given values, as YAML.</summary>
    public override string ToString() => ToYaml();

    /// <summary>The value a field was given, or null.</summary>
    internal object? GivenValue(SpecificationField field) => _given[field.Place];

    /// <summary>A copy with values already read.</summary>
    internal Specification WithValues(IEnumerable<KeyValuePair<SpecificationField, object>> values)
    {
        object?[] given = [.. _given];
        foreach ((SpecificationField field, object value) in values)
        {
            given[field.Place] = value;
        }

        return this with { _given = given };
    }

    private T Value<T>(SpecificationField<T> field)
        where T : notnull => (T)(GivenValue(field) ?? field.DefaultIn(this)!);

    private string? Text(SpecificationField<string> field) => (string?)(GivenValue(field) ?? field.DefaultIn(this));

    private T? Number<T>(SpecificationField<T> field)
        where T : struct => (T?)(GivenValue(field) ?? field.DefaultIn(this));

    private void Set<T>(SpecificationField<T> field, object? value)
        where T : notnull
    {
        // A list is copied: the caller's array must not change an immutable value.
        _given = Changed(field, value switch
        {
            IReadOnlyList<int> list => list.ToArray(),
            IReadOnlyList<double> list => list.ToArray(),
            _ => value,
        });
    }

    private object?[] Changed(SpecificationField field, object? value)
    {
        object?[] given = [.. _given];
        given[field.Place] = value;
        return given;
    }
}

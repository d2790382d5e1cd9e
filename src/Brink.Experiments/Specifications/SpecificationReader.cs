namespace Brink.Experiments;

/// <summary>
/// Gathers a specification field by field from files and options, later ones over earlier ones, and remembers where each
/// value came from, so that a message can point there.
/// </summary>
/// <param name="start">The values to start from.</param>
public sealed class SpecificationReader(Specification start)
{
    private readonly Dictionary<string, (string Shown, int Layer)> _origins = new(StringComparer.Ordinal);
    private readonly Dictionary<SpecificationField, object> _waiting = [];
    private Specification _gathered = start;
    private int _layer;

    /// <summary>The values so far. A file sets some fifty: they are taken up together when they are looked at.</summary>
    private Specification Current
    {
        get
        {
            if (_waiting.Count > 0)
            {
                _gathered = _gathered.WithValues(_waiting);
                _waiting.Clear();
            }

            return _gathered;
        }
    }

    /// <summary>
    /// Begins a layer over what was set so far. A value below it that stops applying because of a value in it is dropped:
    /// with <c>brink train spec.yaml --method gd</c> the file's <c>c</c> of a line search is not a mistake.
    /// </summary>
    /// <returns>This reader.</returns>
    public SpecificationReader NextLayer()
    {
        _layer++;
        return this;
    }

    /// <summary>Gives a field a value.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="text">The value, spelled as on the command line.</param>
    /// <param name="shown">What messages call it: <c>--eta</c>, or <c>spec.yaml, line 3: eta</c>.</param>
    /// <returns>This reader.</returns>
    /// <exception cref="BrinkException">There is no such field, or the value is not legal for it.</exception>
    public SpecificationReader Set(string name, string text, string shown)
    {
        SpecificationField field = Require(name, shown);
        return Put(field, field.Parse(text, shown), shown);
    }

    /// <summary>The specification, checked as a whole.</summary>
    /// <exception cref="BrinkException">A value does not apply, or does not agree with another.</exception>
    public Specification Read()
    {
        DropOverlaid();
        SpecificationChecks.Check(Current, name => _origins.TryGetValue(name, out (string Shown, int Layer) origin) ? origin.Shown : name);
        return Current;
    }

    /// <summary>The specification as gathered, each value checked alone.</summary>
    internal Specification Unchecked() => Current;

    /// <summary>Gives a field a value that was already read.</summary>
    internal SpecificationReader Put(SpecificationField field, object value, string shown)
    {
        _origins[field.Name] = (shown, _layer);
        _waiting[field] = value;
        return this;
    }

    /// <summary>Drops every value that does not apply beside the others, wherever it came from.</summary>
    /// <returns>This reader.</returns>
    internal SpecificationReader DropIdle()
    {
        DropWhile(field => Current.GivenValue(field) is not null && !field.AppliesTo(Current));
        return this;
    }

    private void DropOverlaid() => DropWhile(IsOverlaid);

    private void DropWhile(Func<SpecificationField, bool> isIdle)
    {
        // Dropping one may take the ground from another (reference, then memory): until nothing changes.
        while (SpecificationFields.All.FirstOrDefault(isIdle) is { } field)
        {
            _gathered = Current.Without(field.Name);
        }
    }

    private bool IsOverlaid(SpecificationField field) =>
        Current.GivenValue(field) is not null
        && field.Conditions.Where(c => !c.Holds(Current)).Any(c => LayerOf(c.Field) > LayerOf(field.Name));

    private int LayerOf(string name) => _origins.TryGetValue(name, out (string Shown, int Layer) origin) ? origin.Layer : 0;

    /// <summary>The field of a name, or one line with the nearest.</summary>
    internal static SpecificationField Require(string name, string shown)
    {
        if (SpecificationFields.Find(name) is { } field)
        {
            return field;
        }

        string? nearest = NearestName.Suggest(name, SpecificationFields.All.Select(f => f.Name));
        throw new BrinkException(
            $"{shown}: a specification has no such field; "
            + (nearest is null ? "docs/specification.md lists them all" : $"did you mean '{nearest}'?"));
    }
}

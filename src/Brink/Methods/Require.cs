namespace Brink.Methods;

/// <summary>Ranges of the methods' parameters; a value outside is one clear line.</summary>
internal static class Require
{
    internal static double Between(string name, double value, double low, double high) =>
        value >= low && value <= high ? value : throw new BrinkException($"{name} is {value}; it must be between {low} and {high}");

    internal static double Inside(string name, double value, double low, double high) =>
        value > low && value < high ? value : throw new BrinkException($"{name} is {value}; it must be above {low} and below {high}");

    internal static double FromUpTo(string name, double value, double low, double high) =>
        value >= low && value < high ? value : throw new BrinkException($"{name} is {value}; it must be at least {low} and below {high}");

    internal static double Positive(string name, double value) =>
        value > 0 && double.IsFinite(value) ? value : throw new BrinkException($"{name} is {value}; it must be positive and finite");

    internal static double Above(string name, double value, double low) =>
        value > low && double.IsFinite(value) ? value : throw new BrinkException($"{name} is {value}; it must be above {low} and finite");

    internal static double AtLeast(string name, double value, double low) =>
        value >= low && double.IsFinite(value) ? value : throw new BrinkException($"{name} is {value}; it must be at least {low}");

    internal static void Duration(double longest)
    {
        if (!(longest > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(longest), longest, "a step along a flow is longer than 0");
        }
    }
}

namespace Brink.Experiments.Sweeps;

/// <summary>Names of the files of a sweep's folder.</summary>
internal static class SweepFiles
{
    internal static string Sweep(string folder) => Path.Combine(folder, "sweep.yaml");

    internal static string Attempts(string folder) => Path.Combine(folder, "attempts.jsonl");

    internal static string Points(string folder) => Path.Combine(folder, "points");

    internal static string Point(string folder, string name) => Path.Combine(Points(folder), name + ".yaml");
}

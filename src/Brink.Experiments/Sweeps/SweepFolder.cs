using System.Text;

namespace Brink.Experiments.Sweeps;

/// <summary>
/// A sweep's folder, held by this process alone: a run folder for each point, <c>sweep.yaml</c>, the specification of each
/// point under <c>points/</c>, and <c>attempts.jsonl</c>. What is done is told by the run folders themselves.
/// </summary>
public sealed class SweepFolder : IDisposable
{
    private readonly RunLock _held;
    private readonly LinesFile<SweepAttempt> _attempts;

    private SweepFolder(string path, RunLock held, LinesFile<SweepAttempt> attempts, IReadOnlyList<SweepRun> runs)
    {
        Path = path;
        _held = held;
        _attempts = attempts;
        Runs = runs;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The runs, in the order of the plan's points.</summary>
    public IReadOnlyList<SweepRun> Runs { get; }

    /// <summary>Whether a folder is that of a sweep.</summary>
    /// <param name="path">The folder.</param>
    public static bool Is(string path) => File.Exists(SweepFiles.Sweep(path)) && Directory.Exists(SweepFiles.Points(path));

    /// <summary>What a sweep's folder says of its points, in natural order of their names; those that are not valid are left out.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>The fields that vary, and each point's run folder, which need not be there, and specification.</returns>
    /// <exception cref="BrinkException">Its sweep.yaml cannot be read.</exception>
    public static (IReadOnlyList<SpecificationField> Varying, IReadOnlyList<(string Folder, Specification Specification)> Points) ReadPoints(string path) => (
        SweepPlan.Of(SweepFile.Read(SweepFiles.Sweep(path))).Varying,
        [.. PointsIn(path).OrderBy(point => point.Key, RunCatalogue.PathOrder).Select(point => (System.IO.Path.Combine(path, point.Key), point.Value))]);

    /// <summary>Looks at a sweep without taking hold of it or writing anything.</summary>
    /// <param name="path">The folder, which need not be there.</param>
    /// <param name="plan">The sweep.</param>
    /// <exception cref="BrinkException">The folder's record of attempts is not valid.</exception>
    public static IReadOnlyList<SweepRun> Look(string path, SweepPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Dictionary<string, Specification> before = PointsIn(path);
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach ((string name, Specification specification) in before)
        {
            names.TryAdd(SweepPoint.FingerprintOf(specification), name);
        }

        ILookup<string, SweepAttempt> attempts = LinesFile<SweepAttempt>.Read(SweepFiles.Attempts(path)).ToLookup(line => line.Run, StringComparer.Ordinal);
        return [.. plan.Points.Select(point =>
        {
            string name = names.GetValueOrDefault(point.Fingerprint) ?? point.Name;
            return new SweepRun(point, name, path, attempts[name], DifferenceOf(point, System.IO.Path.Combine(path, name), before.GetValueOrDefault(name)));
        })];
    }

    /// <summary>Takes hold of a sweep's folder, making it where it is not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="plan">The sweep.</param>
    /// <param name="force">Replace runs that are not those of the sweep.</param>
    /// <exception cref="BrinkException">It holds something else, or runs that differ from the sweep's; or another process is at work in it.</exception>
    /// <exception cref="RunStoreException">It cannot be written.</exception>
    public static SweepFolder Open(string path, SweepPlan plan, bool force)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RequireSweep(path, force);
        try
        {
            Directory.CreateDirectory(SweepFiles.Points(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw RunStoreException.Writing(path, error);
        }

        var held = RunLock.Acquire(path, "sweep folder");
        LinesFile<SweepAttempt>? attempts = null;
        try
        {
            attempts = new LinesFile<SweepAttempt>(SweepFiles.Attempts(path));
            IReadOnlyList<SweepRun> runs = Look(path, plan);
            if (runs.Any(run => run.State == SweepRunState.Differs))
            {
                runs = force ? Replace(path, plan, runs) : throw Refuse(plan, runs);
            }

            Write(SweepFiles.Sweep(path), plan.File.Text);
            Dictionary<string, Specification> written = PointsIn(path);
            foreach (SweepRun run in runs)
            {
                if (!written.TryGetValue(run.Name, out Specification? there) || SweepPoint.FingerprintOf(there) != run.Point.Fingerprint)
                {
                    Write(run.SpecificationFile, run.Point.Specification.ToYaml());
                }
            }

            return new SweepFolder(path, held, attempts, runs);
        }
        catch
        {
            attempts?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Runs in the folder that the sweep no longer asks for; they are kept.</summary>
    public int Others() => PointsIn(Path).Keys.Except(Runs.Select(run => run.Name), StringComparer.Ordinal)
        .Count(name => RunRecord.IsRun(System.IO.Path.Combine(Path, name)));

    /// <summary>The most memory that an attempt in this folder was seen to hold, in bytes; 0 where none was seen.</summary>
    internal long LargestPeak() => LinesFile<SweepAttempt>.Read(SweepFiles.Attempts(Path)).Max(line => line.PeakBytes) ?? 0;

    /// <summary>Records a start or an end; on return it is on the disk.</summary>
    internal void Record(SweepRun run, SweepAttempt line)
    {
        _attempts.Append(line);
        _attempts.Sync();
        run.Take(line);
    }

    /// <summary>Closes the record and gives the folder free.</summary>
    public void Dispose()
    {
        _attempts.Dispose();
        _held.Dispose();
    }

    private static void RequireSweep(string path, bool force)
    {
        if (File.Exists(path))
        {
            throw new BrinkException($"{path} is a file, not a folder; choose another --out");
        }

        if (RunRecord.IsRun(path))
        {
            throw new BrinkException($"{path} is a run folder; a sweep needs one of its own: choose another --out");
        }

        // The folder of points is made first, the record next: a sweep killed in between leaves no more than these.
        if (!force && Directory.Exists(path) && !File.Exists(SweepFiles.Sweep(path))
            && Directory.EnumerateFileSystemEntries(path).Any(entry => !RunFiles.IsLock(entry) && entry != SweepFiles.Points(path) && entry != SweepFiles.Attempts(path)))
        {
            throw new BrinkException($"{path} is not empty, and holds no sweep; choose another --out, or use it all the same with --force");
        }
    }

    /// <summary>Empties the folders that hold something else, so that their runs are missing.</summary>
    private static IReadOnlyList<SweepRun> Replace(string path, SweepPlan plan, IReadOnlyList<SweepRun> runs)
    {
        foreach (SweepRun run in runs.Where(run => run.State == SweepRunState.Differs))
        {
            if (Directory.Exists(run.Folder))
            {
                using var held = RunLock.Acquire(run.Folder);
                RunFiles.Remove(run.Folder);
            }

            // Only now: a specification beside another's results would make those count as its own.
            Write(run.SpecificationFile, run.Point.Specification.ToYaml());
        }

        return Look(path, plan);
    }

    private static BrinkException Refuse(SweepPlan plan, IReadOnlyList<SweepRun> runs)
    {
        SweepRun[] wrong = [.. runs.Where(run => run.State == SweepRunState.Differs)];
        string more = wrong.Length == 1 ? string.Empty : $" (and {wrong.Length - 1} more like it)";
        return new BrinkException($"{wrong[0].Folder} is not what {plan.File.Source} asks for{more}: {wrong[0].Reason}; choose another --out, or replace what differs with --force");
    }

    /// <summary>What a folder holds that is not the point's run, in words; null where it is the point's or nothing.</summary>
    private static string? DifferenceOf(SweepPoint point, string folder, Specification? before)
    {
        if (before is not null && SweepPoint.FingerprintOf(before) != point.Fingerprint)
        {
            return Directory.Exists(folder)
                ? Difference(before, point.Specification, SpecificationFields.All) ?? "its specification is another"
                : null;
        }

        if (before is null && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any(entry => !RunFiles.IsLock(entry)))
        {
            return "it holds files that no sweep put there";
        }

        if (!RunRecord.IsRun(folder))
        {
            return null;
        }

        try
        {
            // Someone may have trained anew or longer in the folder by hand.
            return Difference(
                RunRecord.ReadSpecification(folder), point.Specification,
                SpecificationFields.All.Where(field => field.Name != "out" && point.Specification.GivenValue(field) is not null));
        }
        catch (BrinkException broken)
        {
            return broken.Message;
        }
    }

    private static string? Difference(Specification there, Specification here, IEnumerable<SpecificationField> fields)
    {
        foreach (SpecificationField field in fields)
        {
            string? one = field.FormatIn(there);
            string? other = field.FormatIn(here);
            bool same = one == other || (one is not null && other is not null && field.ValueType == typeof(string) && one == System.IO.Path.GetFullPath(other));
            if (!same)
            {
                return $"{field.Name} is {one ?? "not given"} there and {other ?? "not given"} here";
            }
        }

        return null;
    }

    private static Dictionary<string, Specification> PointsIn(string path)
    {
        Dictionary<string, Specification> points = new(StringComparer.Ordinal);
        if (Directory.Exists(SweepFiles.Points(path)))
        {
            foreach (string file in Directory.EnumerateFiles(SweepFiles.Points(path), "*.yaml").Order(StringComparer.Ordinal))
            {
                try
                {
                    points.Add(System.IO.Path.GetFileNameWithoutExtension(file), Specification.FromFile(file));
                }
                catch (BrinkException)
                {
                    // Not written by a sweep, or spoilt since: a run beside it counts as foreign.
                }
            }
        }

        return points;
    }

    private static void Write(string path, string text) => DurableFile.Replace(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}

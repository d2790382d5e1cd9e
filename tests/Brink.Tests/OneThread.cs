using System.Runtime.CompilerServices;
using Brink.Torch;

namespace Brink.Tests;

/// <summary>
/// Tests run side by side in one process, and BLAS has one number of threads for all of it: the first test that made workers
/// changed it from the machine's to one in the middle of others, which then compared bits across the change. Here it is one
/// from the start; a test that wants another belongs to <see cref="Name"/>, whose tests run alone, and sets it back.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneThread
{
    public const string Name = "changes the threads of the process";

    [ModuleInitializer]
    internal static void Begin() => Runtime.Threads = 1;
}

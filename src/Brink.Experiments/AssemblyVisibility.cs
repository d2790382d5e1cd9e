[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Experiments.Tests")]

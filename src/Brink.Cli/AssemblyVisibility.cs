[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Cli.Tests")]

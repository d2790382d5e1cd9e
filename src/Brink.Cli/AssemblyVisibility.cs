[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Cli.Tests")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Viewer.Tests")]

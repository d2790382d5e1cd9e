[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Server.Tests")]
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Cli")]

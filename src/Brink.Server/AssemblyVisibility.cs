[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Server.Tests")]

[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Tests")]

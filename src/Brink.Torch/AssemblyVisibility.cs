[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("Brink.Torch.Tests")]

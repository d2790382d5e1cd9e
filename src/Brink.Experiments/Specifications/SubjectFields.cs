using Brink.Data;
using Brink.Networks;
using Brink.Objectives;

namespace Brink.Experiments;

/// <summary>What is trained on what: data, network and loss.</summary>
internal static class SubjectFields
{
    internal static readonly SpecificationField<string> Data = new("data", FieldGroup.Data, new ChoiceForm([.. DataCatalogue.All.Select(set => set.Traits.Name), "folder", "tensors"]))
    {
        Help = "Data set; folder is one's own images in a folder a class, tensors one's own arrays, both named by from",
        Default = FieldDefault.Of("fashion-mnist"),
        Example = "cifar10",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<string> From = new("from", FieldGroup.Data, new TextForm("a folder or a file"))
    {
        Help = "Folder that holds the data set's official files, or those of them in which the samples lie; the folder of images, or the safetensors, npz or npy file of one's own",
        Default = FieldDefault.None("the downloaded copy in data-dir"),
        Example = "/data/cifar10",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<string> Labels = new("labels", FieldGroup.Data, new TextForm("an npy file"))
    {
        Help = "Npy file of the labels, where from is an npy file of the inputs",
        Default = FieldDefault.None("the array labels of the file"),
        Example = "labels.npy",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.Where("data", "tensors")],
    };

    internal static readonly SpecificationField<string> ImageSize = new("image-size", FieldGroup.Data, new ImageSizeForm())
    {
        Help = "Size in pixels that every image is resized to, one number or height×width",
        Default = FieldDefault.None("that of the images, which must be one"),
        Example = "32x48",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.Where("data", "folder")],
    };

    internal static readonly SpecificationField<IReadOnlyList<double>> Mean = new("mean", FieldGroup.Data, new NumberListForm(Interval.Any))
    {
        Help = "Mean of each channel that is subtracted (of pixel/255 for images)",
        Default = FieldDefault.None("measured on the samples trained on"),
        Example = "0.5,0.5,0.5",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.Where("data", "folder", "tensors")],
    };

    internal static readonly SpecificationField<IReadOnlyList<double>> StandardDeviation = new("standard-deviation", FieldGroup.Data, new NumberListForm(Interval.Above(0)))
    {
        Help = "Standard deviation of each channel that is divided by, together with mean",
        Default = FieldDefault.None("measured on the samples trained on"),
        Example = "0.25,0.25,0.25",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.Where("data", "folder", "tensors")],
    };

    internal static readonly SpecificationField<string> DataDir = new("data-dir", FieldGroup.Data, new TextForm("a folder"))
    {
        Help = "Folder where downloaded data sets are kept",
        Default = FieldDefault.None("BRINK_DATA, or ~/.local/share/brink"),
        Example = "/scratch/brink-data",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<string> Split = new("split", FieldGroup.Data, new ChoiceForm(["train", "test"]))
    {
        Help = "Part of the data set that is trained on; test metrics are on the other one",
        Default = FieldDefault.Of("train"),
        Example = "test",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<string> Subset = new("subset", FieldGroup.Data, new ChoiceForm(["stratified", "first"]))
    {
        Help = "How samples are chosen: the same number of each class, drawn with the seed, or consecutive ones in file order",
        Default = FieldDefault.Of("stratified"),
        Example = "first",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<int> First = new("first", FieldGroup.Data, new NumericForm<int>(Interval.AtLeast(0)))
    {
        Help = "Index of the first sample taken, counted from 0",
        Default = FieldDefault.Of(0),
        Example = "100",
        Conditions = [FieldCondition.ForNetworks, FieldCondition.Where("subset", "first")],
    };

    internal static readonly SpecificationField<int> Count = new("count", FieldGroup.Data, new CountForm())
    {
        Help = "Number of samples trained on; 'all' for every one the split holds",
        Default = FieldDefault.By("5000; all of one's own", s => s.Data is "folder" or "tensors" ? 0 : 5000),
        Example = "1000",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<IReadOnlyList<int>> Classes = new("classes", FieldGroup.Data, new LabelsForm())
    {
        Help = "Classes kept, by their labels counted from 0; they become the classes 0 to K − 1 in this order",
        Default = FieldDefault.None("all of them"),
        Example = "0,1,2,3",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<string> Network = new("network", FieldGroup.Network, new NetworkForm())
    {
        Help = "Network, one of those that 'brink networks' explains, or a TorchScript file (*.pt)",
        Default = FieldDefault.Of("mlp"),
        Example = "cnn",
        Conditions = [FieldCondition.ForNetworks],
    };

    internal static readonly SpecificationField<IReadOnlyList<int>> Widths = new("widths", FieldGroup.Network, new WidthsForm())
    {
        Help = "Widths of the hidden layers; of cohen-cnn, channels of the convolutions",
        Default = FieldDefault.By(
            "100,100; of cohen-fc 200,200, of cohen-cnn 32,32, of deep-linear 100,100,100",
            specification => NetworkCatalogue.Find(specification.Network)?.DefaultWidths ?? []),
        Example = "64,64,64",
        Conditions = [FieldCondition.ForNetworks, Varying(NetworkVariants.Widths)],
    };

    internal static readonly SpecificationField<string> Activation = new("activation", FieldGroup.Network, new ChoiceForm(ActivationCatalogue.Names))
    {
        Help = "Activation between the layers",
        Default = FieldDefault.Of("relu"),
        Example = "tanh",
        Conditions = [FieldCondition.ForNetworks, Varying(NetworkVariants.Activation)],
    };

    internal static readonly SpecificationField<string> Pooling = new("pooling", FieldGroup.Network, new ChoiceForm(["max", "average"]))
    {
        Help = "What a 2×2 window gives: its largest element or its mean",
        Default = FieldDefault.Of("max"),
        Example = "average",
        Conditions = [FieldCondition.ForNetworks, Varying(NetworkVariants.Pooling)],
    };

    internal static readonly SpecificationField<bool> NoBias = new("no-bias", FieldGroup.Network, new FlagForm())
    {
        Help = "Leave out the biases, of torchvision's networks and the vit that of the last layer; with it λ₁ ≥ 2/K everywhere under mse, without it that bound is gone",
        Default = FieldDefault.Of(false),
        Example = "true",
        Conditions = [FieldCondition.ForNetworks, Varying(NetworkVariants.Bias)],
    };

    internal static readonly SpecificationField<bool> BatchNorm = new("batch-norm", FieldGroup.Network, new FlagForm())
    {
        Help = "Batch normalisation, before each activation or where the network's authors have it; densenet121 always has it",
        Default = FieldDefault.By("false; true for densenet121", s => NetworkCatalogue.Find(s.Network) is { AlwaysBatchNorm: true }),
        Example = "true",
        Conditions =
        [
            FieldCondition.ForNetworks,
            new("network", [.. NetworkCatalogue.All.Where(one => one.AlwaysBatchNorm || one.Variants.HasFlag(NetworkVariants.BatchNorm)).Select(one => one.Name)]),
        ],
    };

    internal static readonly SpecificationField<string> Initialization = new(
        "initialization",
        FieldGroup.Network,
        new ChoiceForm(InitializationCatalogue.Names))
    {
        Help = "Scheme the start weights are drawn from, with PyTorch's generator after manual_seed(seed); default is PyTorch's or torchvision's own; a TorchScript file brings its weights",
        Default = FieldDefault.Of("default"),
        Example = "kaiming-normal",
        Conditions = [FieldCondition.ForNetworks, new FieldCondition("network", NetworkCatalogue.Names)],
    };

    internal static readonly SpecificationField<string> Init = new("init", FieldGroup.Network, new TextForm("a safetensors file"))
    {
        Help = "Safetensors file of start weights under PyTorch's parameter names (a model's under those of its checkpoints), instead of drawn ones",
        Default = FieldDefault.None("drawn by initialization"),
        Example = "start.safetensors",
    };

    internal static readonly SpecificationField<string> Loss = new("loss", FieldGroup.Loss, new ChoiceForm(LossFunction.Names))
    {
        Help = "mse: mean over samples and outputs of (output − one-hot)²; ce: mean cross-entropy; squared: ½‖·‖² summed over outputs, mean over samples",
        Default = FieldDefault.Of("mse"),
        Example = "ce",
        Conditions = [FieldCondition.ForNetworks],
    };

    private static FieldCondition Varying(NetworkVariants variant) => new("network", NetworkCatalogue.With(variant));
}

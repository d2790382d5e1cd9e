using System.Text;

namespace Brink.Experiments;

/// <summary>Makes docs/specification.md from the table of fields.</summary>
public static class SpecificationDocument
{
    private static readonly (FieldGroup Group, string Title)[] s_titles =
    [
        (FieldGroup.Data, "Data"),
        (FieldGroup.Network, "Network"),
        (FieldGroup.Loss, "Loss"),
        (FieldGroup.Model, "Model, in place of data, network and loss"),
        (FieldGroup.Method, "Method"),
        (FieldGroup.Measurements, "Measurements"),
        (FieldGroup.Run, "Run"),
    ];

    /// <summary>Title of a group, as documents and help pages head it.</summary>
    /// <param name="group">The group.</param>
    public static string TitleOf(FieldGroup group) => s_titles.First(t => t.Group == group).Title;

    /// <summary>The whole document, in Markdown.</summary>
    public static string Markdown()
    {
        StringBuilder text = new(Introduction);
        foreach ((FieldGroup group, string title) in s_titles)
        {
            text.Append("\n## ").Append(title).Append("\n\n");
            text.Append("| field | legal values | default | applies where | meaning | example |\n");
            text.Append("|---|---|---|---|---|---|\n");
            foreach (SpecificationField field in SpecificationFields.All.Where(f => f.Group == group))
            {
                string applies = string.Join(" and ", field.Conditions.Select(
                    c => $"`{c.Field}` {c.InWords(v => $"`{v}`", ", ")}"));
                string[] cells =
                [
                    $"`{field.Name}`",
                    field.Choices is { } choices ? string.Join(", ", choices.Select(c => $"`{c}`")) : field.Legal,
                    field.DefaultText,
                    applies.Length == 0 ? "everywhere" : applies,
                    field.Help,
                    $"`{field.Name}: {field.Example}`",
                ];

                // A bare | would end the cell.
                text.Append("| ").AppendJoin(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
            }
        }

        return text.ToString();
    }

    private const string Introduction =
        """
        # The specification of a run

        This page is made from the table in `src/Brink.Experiments/Specifications`; a test keeps it current
        (`BRINK_WRITE_DOCS=1` makes that test write it anew).

        A specification fully determines a run. Its fields are the long options of `brink train`, without the dashes: what can
        be passed on the command line can stand in a file, and the reverse. (`--quiet`, `--json`, `--save-spec`, `--force` and
        `--stop-at-end-of-input` are about the terminal and the disk, not about the run, and are no fields.) In the file of a
        [sweep](sweep.md) a field may have a list of values.

        ```yaml
        # spec.yaml: brink train spec.yaml
        data: fashion-mnist
        count: 5000
        network: mlp
        widths: [100, 100]
        loss: mse
        method: nls
        iterations: 1000
        ```

        - `brink train spec.yaml --method nls-ub` lays options over the file's fields.
        - `brink train … --save-spec spec.yaml` writes the fields that were given.
        - JSON works as well (`spec.json`); a run folder holds the resolved specification in that form, every field that
          applies and has a value filled in, and `brink train runs/x/spec.json --out runs/y` does the same run again.
        - A field without a value, or `null`, counts as not given.
        - Flags are `true` or `false`; on the command line `--no-bias` alone means `true`. Lists are `[100, 100]` in files and
          `100,100` on the command line.
        - A field given where it does not apply is an error, because a value without effect is most often a mistake.
        - The defaults are those of the papers where they have one; `eta` has none there: 0.1 and 0.001 are starting points.

        """;
}

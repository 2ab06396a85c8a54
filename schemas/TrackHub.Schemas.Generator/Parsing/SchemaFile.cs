using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace TrackHub.Schemas.Generator;

/// <summary>One .avsc file as the compiler gave it.</summary>
internal sealed class SchemaFile(string path, string text) : IEquatable<SchemaFile>
{
    public string Path { get; } = path;

    public string Text { get; } = text;

    public string Name => System.IO.Path.GetFileName(Path);

    public static SchemaFile From(AdditionalText file, System.Threading.CancellationToken stop) =>
        new(file.Path, file.GetText(stop)?.ToString() ?? throw new FileNotFoundException("Schema file cannot be read.", file.Path));

    public Diagnostic ToDiagnostic(SchemaFault fault, DiagnosticDescriptor rule)
    {
        var utf8 = Encoding.UTF8.GetBytes(Text);
        var at = Encoding.UTF8.GetCharCount(utf8, 0, Math.Min(fault.Offset, utf8.Length));
        var line = SourceText.From(Text).Lines.GetLinePosition(at);
        return Diagnostic.Create(rule, Location.Create(Path, new TextSpan(at, 0), new LinePositionSpan(line, line)), fault.Message);
    }

    public bool Equals(SchemaFile? other) => other is not null && Path == other.Path && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as SchemaFile);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);
}

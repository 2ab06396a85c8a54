using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace TrackHub.Schemas.Tests.Generator;

/// <summary>A schema file that lies only in memory.</summary>
internal sealed class SchemaFileText(string path, string text) : AdditionalText
{
    public override string Path { get; } = path;

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
}

using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TrackHub.Schemas.Generator;

/// <summary>Makes a sealed record with a binary Avro codec, or an enum, of every type in the project's .avsc files.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class AvroGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Where(static file => file.Path.EndsWith(".avsc", StringComparison.OrdinalIgnoreCase))
            .Select(static (file, stop) => SchemaFile.From(file, stop))
            .Collect();

        // Types refer to each other across files, so all are generated anew when one changes; there are few.
        context.RegisterSourceOutput(files, static (output, all) => Generate(output, all));
    }

    private static void Generate(SourceProductionContext output, ImmutableArray<SchemaFile> files)
    {
        var schemas = SchemaSet.Read(files);
        foreach (var diagnostic in schemas.Diagnostics)
            output.ReportDiagnostic(diagnostic);

        foreach (var type in schemas.Types)
        {
            output.CancellationToken.ThrowIfCancellationRequested();
            var source = type is RecordType record ? RecordEmitter.Emit(record, schemas) : EnumEmitter.Emit((EnumType)type);
            output.AddSource(type.CSharp + ".g.cs", source);
        }
    }
}

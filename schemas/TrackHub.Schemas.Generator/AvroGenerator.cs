using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TrackHub.Schemas.Generator;

/// <summary>Makes a sealed record with a binary Avro codec and the same fields as spans, or an enum, of every type in the project's .avsc files.</summary>
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
            if (type is RecordType record)
            {
                output.AddSource(type.CSharp + ".g.cs", RecordEmitter.Emit(record, schemas));
                output.AddSource(type.CSharp + ".Spans.g.cs", SpansEmitter.Emit(record));
            }
            else
            {
                output.AddSource(type.CSharp + ".g.cs", EnumEmitter.Emit((EnumType)type));
            }
        }
    }
}

using Microsoft.CodeAnalysis;

namespace TrackHub.Schemas.Generator;

/// <summary>Leaves the parsing of one field or type; becomes a diagnostic at the byte offset it names.</summary>
internal sealed class SchemaFault(DiagnosticDescriptor? rule, int offset, string detail) : Exception(detail)
{
    /// <summary>Null for a consequence of a fault that is reported where it lies.</summary>
    public DiagnosticDescriptor? Rule { get; } = rule;

    /// <summary>Offset in the UTF-8 text of the file.</summary>
    public int Offset { get; } = offset;
}

using Microsoft.CodeAnalysis;

namespace TrackHub.Schemas.Generator;

/// <summary>What can be wrong with a schema file. All are errors: a schema that is half understood must not compile.</summary>
internal static class Rules
{
    public static readonly DiagnosticDescriptor MalformedJson = Rule("TH0001", "Not JSON");
    public static readonly DiagnosticDescriptor MalformedSchema = Rule("TH0002", "Not an Avro schema");
    public static readonly DiagnosticDescriptor UnsupportedType = Rule("TH0003", "Avro type that TrackHub does not use");
    public static readonly DiagnosticDescriptor UnknownType = Rule("TH0004", "Unknown type name");
    public static readonly DiagnosticDescriptor DuplicateType = Rule("TH0005", "Type defined twice");
    public static readonly DiagnosticDescriptor RecursiveType = Rule("TH0006", "Recursive type");
    public static readonly DiagnosticDescriptor BadDefault = Rule("TH0007", "Default does not fit its type");
    public static readonly DiagnosticDescriptor NameCollision = Rule("TH0008", "Names collide in C#");

    private static DiagnosticDescriptor Rule(string id, string title) =>
        new(id, title, "{0}", "TrackHub.Schemas", DiagnosticSeverity.Error, isEnabledByDefault: true);
}

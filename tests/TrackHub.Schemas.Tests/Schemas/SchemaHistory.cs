using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrackHub.Schemas.Tests.Schemas;

/// <summary>
/// Every version of every schema that main ever held: <c>schemas/avro/history/{Record}/{n}.avsc</c>, 1 the first. A version is the text that is
/// registered, with the types of other files in full, but without documentation, which decides nothing about bytes.
/// </summary>
internal static class SchemaHistory
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The working copy these tests were built from.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The stored versions of a record, oldest first.</summary>
    public static IReadOnlyList<string> VersionsOf(string record)
    {
        var versions = new List<string>();
        while (File.Exists(FileOf(record, versions.Count + 1)))
            versions.Add(File.ReadAllText(FileOf(record, versions.Count + 1)));
        return versions;
    }

    /// <summary>Files of the store, relative to its folder.</summary>
    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Folder(), "*", SearchOption.AllDirectories).Select(static file => Path.GetRelativePath(Folder(), file));

    /// <summary>A registered text as it is stored.</summary>
    public static string TextOf(string schemaJson)
    {
        var schema = JsonNode.Parse(schemaJson)!;
        Strip(schema);
        return schema.ToJsonString(Indented) + "\n";
    }

    /// <summary>Puts the text of a version that is not stored yet beside the tests.</summary>
    /// <returns>The command that stores it.</returns>
    public static string Offer(string record, string text)
    {
        var stored = Path.GetRelativePath(Root, FileOf(record, VersionsOf(record).Count + 1));
        var offered = Path.Combine(AppContext.BaseDirectory, "offered", Path.GetFileName(Path.GetDirectoryName(stored)!), Path.GetFileName(stored));
        Directory.CreateDirectory(Path.GetDirectoryName(offered)!);
        File.WriteAllText(offered, text);
        return $"install -D -m 644 {Path.GetRelativePath(Root, offered)} {stored}";
    }

    private static string Folder() => Path.Combine(Root, "schemas", "avro", "history");

    private static string FileOf(string record, int version) => Path.Combine(Folder(), record, $"{version}.avsc");

    private static void Strip(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                Strip(item);
        }

        if (node is not JsonObject members)
            return;

        members.Remove("doc");
        foreach (var (name, member) in members)
        {
            if (name != "default")
                Strip(member);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TrackHub.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("Run the tests inside a clone.");
        return folder.FullName;
    }
}

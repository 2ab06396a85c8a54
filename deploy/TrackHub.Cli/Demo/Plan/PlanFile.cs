using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>Writes a plan as JSON lines, one request a line. It holds the connections' proofs, so only its owner may read it.</summary>
internal static class PlanFile
{
    private static readonly PlanJson Lines = new(new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    /// <summary>Writes the plan; complete when it is on disk.</summary>
    public static void Write(string path, IReadOnlyList<PlannedItem> plan)
    {
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        foreach (var item in plan)
            stream.Write(Encoding.UTF8.GetBytes(LineOf(item) + "\n"));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>One request as its line.</summary>
    public static string LineOf(PlannedItem item) => JsonSerializer.Serialize(item, Lines.PlannedItem);
}

/// <summary>JSON of the plan.</summary>
[JsonSerializable(typeof(PlannedItem))]
internal sealed partial class PlanJson : JsonSerializerContext;

using System.Text;
using System.Text.Json;

namespace TrackHub.Benchmarks.Samples;

/// <summary>The gateways' sample payloads and signature vectors, built into this program.</summary>
internal static class SamplePayloads
{
    /// <summary>A sample's bytes, for instance of <c>kiwify/order_approved_card.json</c>.</summary>
    /// <exception cref="InvalidOperationException">There is no such sample.</exception>
    public static byte[] Bytes(string file)
    {
        using var stream = typeof(SamplePayloads).Assembly.GetManifestResourceStream("samples/" + file)
            ?? throw new InvalidOperationException($"The sample {file} is not built in.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The first vector of a gateway that verifies: body, key, and where the proof stands; undefined if there is none.</summary>
    public static JsonElement ValidVector(string gateway) =>
        JsonDocument.Parse(Bytes("signature-vectors.json")).RootElement.GetProperty("vectors").EnumerateArray()
            .FirstOrDefault(vector => vector.GetProperty("gateway").GetString() == gateway && vector.GetProperty("expect").GetString() == "valid");

    /// <summary>The string under a name, as UTF-8.</summary>
    public static byte[] Utf8(this JsonElement element, string name) => Encoding.UTF8.GetBytes(element.GetProperty(name).GetString()!);
}

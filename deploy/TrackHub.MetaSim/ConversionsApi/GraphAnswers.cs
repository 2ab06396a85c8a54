using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrackHub.MetaSim.ConversionsApi;

/// <summary>Writes the bodies of answers. Shape: reference of the Conversions API, responses and errors.</summary>
internal static class GraphAnswers
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>{"events_received": n, "messages": [], "fbtrace_id": "…"}</c></summary>
    public static byte[] Success(int eventsReceived)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteNumber("events_received", eventsReceived);
            json.WriteStartArray("messages");
            json.WriteEndArray();
            json.WriteString("fbtrace_id", NewTraceId());
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary><c>{"error": {…}}</c></summary>
    /// <param name="isPortuguese">Language of the user texts; English otherwise.</param>
    public static byte[] Error(GraphError error, bool isPortuguese)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("message", error.Message);
            json.WriteString("type", error.Type);
            json.WriteNumber("code", error.Code);
            if (error.Subcode is { } subcode)
                json.WriteNumber("error_subcode", subcode);
            if (error.IsTransient is { } isTransient)
                json.WriteBoolean("is_transient", isTransient);
            if (error.User is { } user)
            {
                json.WriteString("error_user_title", isPortuguese ? user.PortugueseTitle : user.Title);
                json.WriteString("error_user_msg", isPortuguese ? user.PortugueseMessage : user.Message);
            }

            json.WriteString("fbtrace_id", NewTraceId());
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A new trace id: an <c>A</c> and 22 characters of base64url, as seen on live answers.</summary>
    private static string NewTraceId() => "A" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
}

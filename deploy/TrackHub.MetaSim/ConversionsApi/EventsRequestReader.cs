using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace TrackHub.MetaSim.ConversionsApi;

/// <summary>Reads the body: a JSON object with <c>data</c> as an array, or a form with <c>data</c> as a JSON string.</summary>
internal static class EventsRequestReader
{
    /// <summary>Most events of one request. Source: Conversions API, "Using the API".</summary>
    public const int MaxEvents = 1000;

    // Duplicate keys would let two readers see two events; no sender means them.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private static readonly FormOptions FormLimits = new()
    {
        KeyLengthLimit = 256,
        ValueCountLimit = 64,
        ValueLengthLimit = MetaSimHost.MaxBodyBytes,
        MultipartBodyLengthLimit = MetaSimHost.MaxBodyBytes,
        MemoryBufferThreshold = MetaSimHost.MaxBodyBytes,
    };

    /// <summary>Reads the whole request; a fault is in the result, with the token as far as it could be found.</summary>
    /// <exception cref="IOException">The client went away.</exception>
    public static async Task<EventsRequest> ReadAsync(HttpRequest request, CancellationToken aborted)
    {
        var result = new EventsRequest { Token = Single(request.Query["access_token"]) };
        try
        {
            if (request.HasFormContentType)
                await ReadFormAsync(request, result, aborted);
            else if (request.HasJsonContentType())
                await ReadJsonAsync(request, result, aborted);
            else
                result.Fault = ErrorCatalogue.Parameter("The parameter data is required: send application/json or a form.");
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            result.Fault = ErrorCatalogue.BodyTooLarge();
        }
        catch (InvalidDataException)
        {
            result.Fault = ErrorCatalogue.Parameter("The form can't be read.");
        }
        catch (JsonException)
        {
            result.Fault = ErrorCatalogue.Parameter("The JSON can't be read: it is malformed, not UTF-8, nested over 32 levels or repeats a key.");
        }

        result.Token ??= BearerToken(request.Headers.Authorization);
        return result;
    }

    private static async Task ReadJsonAsync(HttpRequest request, EventsRequest result, CancellationToken aborted)
    {
        (byte[]? rented, var length) = await ReadBodyAsync(request, aborted);
        try
        {
            var document = Parse(rented.AsMemory(0, length));
            result.Own(document, rented);
            rented = null;
            ReadParameters(document.RootElement, Single(request.Query["appsecret_proof"]), result);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
            throw new JsonException();
        var document = JsonDocument.Parse(body, Strict);
        // A lone surrogate can only come in as an escape; it would throw wherever the string is read, so look for it here.
        if (body.Span.IndexOf("\\uD"u8) < 0 && body.Span.IndexOf("\\ud"u8) < 0)
            return document;
        try
        {
            ReadEveryString(document.RootElement);
            return document;
        }
        catch (InvalidOperationException e)
        {
            document.Dispose();
            throw new JsonException("Invalid Unicode.", e);
        }
    }

    private static void ReadEveryString(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    ReadEveryString(item);
                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadEveryString(property.Value);
                }

                break;
        }
    }

    private static void ReadParameters(JsonElement root, string? proof, EventsRequest result)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            result.Fault = ErrorCatalogue.Parameter("The parameter data is required.");
            return;
        }

        // Parameters the edge does not know are ignored, as everywhere in the Graph API.
        JsonElement data = default;
        string? agent = null;
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals("data"u8)) data = property.Value;
            else if (property.NameEquals("access_token"u8)) result.Token ??= Text(property.Value);
            else if (property.NameEquals("test_event_code"u8)) result.TestEventCode = Text(property.Value);
            else if (property.NameEquals("partner_agent"u8)) agent = Text(property.Value);
            else if (property.NameEquals("appsecret_proof"u8)) proof ??= Text(property.Value);
        }

        Accept(result, data, agent, proof);
    }

    private static async Task ReadFormAsync(HttpRequest request, EventsRequest result, CancellationToken aborted)
    {
        var form = await new FormFeature(request, FormLimits).ReadFormAsync(aborted);
        result.Token ??= Single(form["access_token"]);
        result.TestEventCode = Single(form["test_event_code"]);
        JsonElement data = default;
        if (Single(form["data"]) is { } text)
        {
            var document = Parse(Encoding.UTF8.GetBytes(text));
            result.Own(document, rented: null);
            data = document.RootElement;
        }

        Accept(result, data, Single(form["partner_agent"]), Single(form["appsecret_proof"]) ?? Single(request.Query["appsecret_proof"]));
    }

    private static void Accept(EventsRequest result, JsonElement data, string? agent, string? proof)
    {
        result.Fault = data.ValueKind switch
        {
            JsonValueKind.Undefined => ErrorCatalogue.Parameter("The parameter data is required."),
            not JsonValueKind.Array => ErrorCatalogue.Parameter("param data must be an array."),
            _ => data.GetArrayLength() switch
            {
                0 => ErrorCatalogue.Parameter("param data must be non-empty."),
                > MaxEvents => ErrorCatalogue.Parameter($"param data must have at most {MaxEvents} elements."),
                _ when agent is not null && !IsPartnerAgent(agent) =>
                    ErrorCatalogue.Parameter("param partner_agent must have fewer than 23 characters and at least two letters."),
                _ when proof is not null && !IsProof(proof) => ErrorCatalogue.InvalidProof(),
                _ => null,
            },
        };
        if (result.Fault is null)
            result.SetData(data);
    }

    private static async Task<(byte[] Rented, int Length)> ReadBodyAsync(HttpRequest request, CancellationToken aborted)
    {
        if (request.ContentLength > MetaSimHost.MaxBodyBytes)
            throw new BadHttpRequestException("Too large.", StatusCodes.Status413PayloadTooLarge);
        var buffer = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? 16 * 1024) + 1);
        try
        {
            var length = 0;
            int read;
            while ((read = await request.Body.ReadAsync(buffer.AsMemory(length), aborted)) > 0)
            {
                length += read;
                if (length < buffer.Length)
                    continue;
                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            return (buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static bool IsPartnerAgent(string agent) => agent.Length < 23 && agent.Count(char.IsAsciiLetter) >= 2;

    private static bool IsProof(string proof) => proof.Length == 64 && proof.All(char.IsAsciiHexDigitLower);

    private static string? Text(JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static string? Single(StringValues values) => values.Count > 0 ? values[0] : null;

    private static string? BearerToken(StringValues header)
    {
        const string Scheme = "Bearer ";
        return Single(header) is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value[Scheme.Length..].Trim()
            : null;
    }
}

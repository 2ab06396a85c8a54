using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TrackHub.Platform.Money;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Calling;

/// <summary>Writes the body of a call: <c>{"data":[…],"test_event_code"?,"partner_agent"}</c>.</summary>
/// <remarks>
/// Source: Conversions API, "Main body parameters", "Server event parameters", "Customer information parameters", "Standard parameters". The model is
/// closed, for Meta refuses keys it does not know; empty values are left out, for Meta refuses some of them too.
/// </remarks>
internal static class EventPayload
{
    /// <summary>Names us to Meta; fewer than 23 characters.</summary>
    public const string PartnerAgent = "trackhub-1.0";

    // A Purchase with a whole person takes some 1,400 bytes: a buffer that need not grow is allocated once.
    private const int EventBytes = 2048;
    private const int EnvelopeBytes = 256;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the body.</summary>
    /// <param name="events">Events with their opened user data, from 1.</param>
    /// <param name="testEventCode">The pixel's test code, or null.</param>
    /// <param name="limited">What Meta is asked to limit, or null.</param>
    /// <param name="now">Bound of event times: a clock that runs ahead must not make an event of the future, which Meta refuses.</param>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<(DispatchReady Event, UserData UserData)> events, string? testEventCode, LimitedDataUse? limited, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>((EventBytes * events.Count) + EnvelopeBytes);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("data");
            for (var i = 0; i < events.Count; i++)
                WriteEvent(writer, events[i].Event, events[i].UserData, limited, now);
            writer.WriteEndArray();
            WriteText(writer, "test_event_code", testEventCode);
            writer.WriteString("partner_agent", PartnerAgent);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteEvent(Utf8JsonWriter writer, DispatchReady e, UserData userData, LimitedDataUse? limited, DateTimeOffset now)
    {
        writer.WriteStartObject();
        writer.WriteString("event_name", e.EventName);
        writer.WriteNumber("event_time", (e.EventTime < now ? e.EventTime : now).ToUnixTimeSeconds());
        writer.WriteString("event_id", e.EventId);
        writer.WriteString("action_source", e.ActionSource);
        WriteText(writer, "event_source_url", e.EventSourceUrl);
        WriteUserData(writer, userData);
        WriteCustomData(writer, e);
        if (limited is not null)
            WriteLimited(writer, limited);
        writer.WriteEndObject();
    }

    private static void WriteUserData(Utf8JsonWriter writer, UserData data)
    {
        writer.WriteStartObject("user_data");
        WriteList(writer, "em", data.Em);
        WriteList(writer, "ph", data.Ph);
        WriteList(writer, "fn", data.Fn);
        WriteList(writer, "ln", data.Ln);
        WriteList(writer, "ct", data.Ct);
        WriteList(writer, "st", data.St);
        WriteList(writer, "zp", data.Zp);
        WriteList(writer, "country", data.Country);
        WriteList(writer, "db", data.Db);
        WriteList(writer, "ge", data.Ge);
        WriteList(writer, "external_id", data.ExternalId);
        WriteText(writer, "client_ip_address", data.ClientIpAddress);
        WriteText(writer, "client_user_agent", data.ClientUserAgent);
        WriteText(writer, "fbc", data.Fbc);
        WriteText(writer, "fbp", data.Fbp);
        writer.WriteEndObject();
    }

    private static void WriteCustomData(Utf8JsonWriter writer, DispatchReady e)
    {
        var hasValue = EventLimits.HasValue(e);
        var hasProduct = !string.IsNullOrEmpty(e.ProductId);
        if (!hasValue && !hasProduct && string.IsNullOrEmpty(e.ProductName) && string.IsNullOrEmpty(e.SaleId))
            return;

        writer.WriteStartObject("custom_data");
        if (hasValue)
        {
            var currency = e.Currency!.ToUpperInvariant();
            writer.WriteNumber("value", ToMajor(e.ValueMinor!.Value, currency));
            writer.WriteString("currency", currency);
        }

        if (hasProduct)
        {
            writer.WriteStartArray("content_ids");
            writer.WriteStringValue(e.ProductId);
            writer.WriteEndArray();
            writer.WriteString("content_type", "product");
        }

        WriteText(writer, "content_name", e.ProductName);
        WriteText(writer, "order_id", e.SaleId);
        writer.WriteEndObject();
    }

    private static void WriteLimited(Utf8JsonWriter writer, LimitedDataUse limited)
    {
        writer.WriteStartArray("data_processing_options");
        writer.WriteStringValue("LDU"u8);
        writer.WriteEndArray();
        writer.WriteNumber("data_processing_options_country", limited.Country);
        writer.WriteNumber("data_processing_options_state", limited.State);
    }

    // The addend fixes the scale, so that 19700 reads 197.00.
    private static decimal ToMajor(long minor, string currency) =>
        MinorUnits.ToMajor(minor, currency) + new decimal(0, 0, 0, isNegative: false, scale: (byte)MinorUnits.Exponent(currency));

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray(name);
        for (var i = 0; i < values.Count; i++)   // by index: the enumerator of an interface would be allocated, a dozen times an event
            writer.WriteStringValue(values[i]);
        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            writer.WriteString(name, value);
    }
}

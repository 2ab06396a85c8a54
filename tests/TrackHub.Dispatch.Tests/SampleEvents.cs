using System.Globalization;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Tests;

/// <summary>Events of a fictional brand.</summary>
internal static class SampleEvents
{
    public static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    public static DispatchReady Purchase(string eventId = "e1") => new()
    {
        IngestId = "019bc1a0-0000-7000-8000-000000000001",
        BrandId = "brandone0001",
        PixelId = "px_one",
        EventName = "Purchase",
        EventId = eventId,
        EventTime = Now.AddMinutes(-5),
        ReceivedAt = Now.AddMinutes(-4),
        ActionSource = "website",
        EventSourceUrl = "https://loja.example.com/obrigado",
        Gateway = "kiwify",
        SaleId = "sale-1",
        Revision = 1,
        ValueMinor = 19700,
        Currency = "brl",
        ProductId = "prod-9",
        ProductName = "Curso \"Ação\"",
    };

    public static DispatchReady Checkout(string eventId = "c1") => new()
    {
        IngestId = "019bc1a0-0000-7000-8000-000000000002",
        BrandId = "brandone0001",
        PixelId = "px_one",
        EventName = "InitiateCheckout",
        EventId = eventId,
        EventTime = Now.AddMinutes(-5),
        ReceivedAt = Now.AddMinutes(-5),
        EventSourceUrl = "https://loja.example.com/checkout",
    };

    public static WaitingEvent Waiting(DispatchReady ready, int valueBytes = 500, long offset = 0, long arrivedAt = 0, string? entered = null, CancellationToken revoked = default) =>
        new(
            new StreamRecord
            {
                Coordinates = new("capi-dispatch", 3, offset),
                Timestamp = Now,
                Key = "brandone0001/px_one/0"u8.ToArray(),
                Value = new byte[valueBytes],
                Headers = entered is null
                    ? new Dictionary<string, byte[]> { ["brand"] = "brandone0001"u8.ToArray(), ["traceparent"] = "00-1-2-01"u8.ToArray() }
                    : new Dictionary<string, byte[]> { [WaitingEvent.EnteredHeader] = System.Text.Encoding.UTF8.GetBytes(entered) },
            },
            ready,
            arrivedAt,
            revoked);

    public static string Hash(char digit) => new(digit, 64);

    public static string Id(int number) => "e" + number.ToString(CultureInfo.InvariantCulture);
}

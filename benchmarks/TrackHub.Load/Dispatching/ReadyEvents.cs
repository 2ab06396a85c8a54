using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Load.Dispatching;

/// <summary>Purchases as the matcher writes them, spread over the lanes in turn.</summary>
/// <param name="lab">Lanes and log.</param>
/// <param name="clock">Their times.</param>
internal sealed class ReadyEvents(DispatchLab lab, TimeProvider clock)
{
    private const int Chunk = 5_000;

    private readonly Sealer _sealer = lab.Behind.Services.GetRequiredService<Sealer>();
    private readonly RecordProducer _producer = lab.Behind.Services.GetRequiredService<RecordProducer>();
    private long _made;

    /// <summary>Appends new ones; complete when the broker has acknowledged all.</summary>
    public async Task ProduceAsync(long count, CancellationToken cancellationToken)
    {
        for (var left = count; left > 0; left -= Chunk)
        {
            var records = Enumerable.Range(0, (int)Math.Min(left, Chunk)).Select(_ => RecordOf(lab.AllLanes[(int)(_made % lab.AllLanes.Count)], _made++)).ToList();
            await _producer.ProduceAllAsync(records, cancellationToken);
        }
    }

    private OutgoingRecord RecordOf(LoadLane lane, long number)
    {
        var now = clock.GetUtcNow();
        var saleId = Invariant($"{lab.Behind.Made.Run}-{number}");
        string Hash(string what) => Normalizer.Sha256Hex($"{what}{number}");
        var userData = new UserData
        {
            Em = [Hash("comprador@example.com")],
            Ph = [Hash("5511")],
            Fn = [Hash("ana")],
            Ln = [Hash("souza")],
            Country = [Normalizer.Sha256Hex("br")],
            ClientIpAddress = Invariant($"2001:db8:{number >> 16 & 0xffff:x}:{number & 0xffff:x}::1"),
            ClientUserAgent = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
            Fbc = Invariant($"fb.1.{now.ToUnixTimeMilliseconds()}.IwAR{number:D24}"),
            Fbp = Invariant($"fb.1.{now.ToUnixTimeMilliseconds()}.{number}"),
        };
        var ready = new DispatchReady
        {
            IngestId = EventIds.NewIngestId(clock),
            BrandId = lane.Brand.Id,
            PixelId = lane.Pixel.Id,
            EventName = "Purchase",
            EventId = EventIds.ForOrder(lane.Brand.Id, "Purchase", "kiwify", saleId),
            EventTime = now,
            ReceivedAt = now,
            EventSourceUrl = "https://loja.example.com/obrigado",
            Gateway = "kiwify",
            SaleId = saleId,
            Revision = 1,
            ValueMinor = 19_700,
            Currency = "BRL",
            ProductId = "curso-1",
            ProductName = "Curso",
            UserData = _sealer.SealUserData(lane.Brand.TenantId, userData, now),
            ConsentKeys = [Convert.FromHexString(Hash("e"))[..16], Convert.FromHexString(Hash("p"))[..16]],
            ConsentSessions = [Invariant($"s-{number}")],
        };
        return OutgoingRecord.Create(Topics.CapiDispatch, $"{lane.Brand.Id}/{lane.Pixel.Id}/0", ready, RecordHeaders.ForBrand(lane.Brand.Id));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Text.Json;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class SampleTests
{
    private readonly World _world = new();

    public static TheoryData<string> Files => [.. Samples.Index.Select(static sample => sample.GetProperty("file").GetString()!)];

    [Fact]
    public void Every_sample_file_is_in_the_index()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.*", SearchOption.AllDirectories)
            .Select(static file => Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "samples"), file).Replace('\\', '/'))
            .Where(static file => file.Contains('/', StringComparison.Ordinal));

        files.Order().ShouldBe(Samples.Index.Select(static sample => sample.GetProperty("file").GetString()!).Order());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_sample_becomes_exactly_what_its_index_says(string file)
    {
        var expected = Samples.Index.Single(sample => sample.GetProperty("file").GetString() == file);
        var gateway = expected.GetProperty("gateway").GetString()!;
        var body = Samples.Bytes(file);

        var sale = Mapped.Single(gateway, body, After(file));
        var (key, record) = new SaleRecords(_world.People, _world.Metrics).Build(
            sale, new(World.Brand, gateway, "con_example", World.Now), SaleRecords.DeliveryIdOf(body, 0), "ingest");

        record.Sale.ShouldNotBeNull();
        // The one kind that is no state of a sale: a gateway's test button.
        var isTest = expected.GetProperty("kind").GetString() is "test";
        record.Sale.Kind.ToSymbol().ShouldBe(isTest ? "ignored" : expected.GetProperty("kind").GetString());
        record.Sale.SaleId.ShouldBe(expected.GetProperty("sale_id").GetString());
        record.Sale.AmountMinor.ShouldBe(Long(expected.GetProperty("amount_minor")));
        record.Sale.Currency.ShouldBe(expected.GetProperty("currency").GetString());
        record.Sale.Test.ShouldBe(isTest);
        key.ShouldBe($"{World.Brand.Id}/{gateway}/{record.Sale.SaleId ?? $"delivery:{record.Sale.DeliveryId}"}");

        var person = record.UserData is null ? new UserData() : _world.Sealer.OpenUserData(World.Brand.TenantId, record.UserData);
        if (expected.TryGetProperty("click_id", out var clickId))
            record.ClickId.ShouldBe(clickId.GetString());
        if (expected.TryGetProperty("method", out var method))
            record.Sale.Method.ToSymbol().ShouldBe(method.GetString());
        if (expected.TryGetProperty("fbp", out var fbp))
            person.Fbp.ShouldBe(fbp.GetString());
        if (expected.TryGetProperty("phone", out var phone))
            person.Ph.ShouldBe(phone.GetString() is { } digits ? [Normalizer.Sha256Hex(digits)] : []);
    }

    [Fact]
    public void The_pix_samples_of_a_sale_share_its_event_id()
    {
        var records = new SaleRecords(_world.People, _world.Metrics);

        foreach (var (gateway, first, second) in new[]
        {
            ("kiwify", "pix_created", "order_approved_pix_same_order"),
            ("hotmart", "purchase_billet_printed_pix", "purchase_approved_pix_same_transaction"),
            ("perfectpay", "pending_pix", "approved_pix_same_code"),
        })
        {
            var origin = new SaleOrigin(World.Brand, gateway, "con_example", World.Now);
            var pending = records.Build(Mapped.Single(gateway, Samples.Bytes($"{gateway}/{first}.json")), origin, "a", "1").Record;
            var approved = records.Build(Mapped.Single(gateway, Samples.Bytes($"{gateway}/{second}.json")), origin, "b", "2").Record;

            approved.EventId.ShouldBe(pending.EventId);
            approved.EventId.ShouldBe(EventIds.ForOrder(World.Brand.Id, "Purchase", gateway, pending.Sale!.SaleId!));
        }
    }

    [Fact]
    public void A_record_holds_no_personal_data_in_clear()
    {
        var sale = Mapped.Single("perfectpay", Samples.Bytes("perfectpay/awkward_numeric_strings_no_phone.json"), After("refunded"));

        var record = new SaleRecords(_world.People, _world.Metrics).Build(
            sale, new(World.Brand, "perfectpay", "con_example", World.Now), "delivery", "ingest").Record;

        var text = JsonSerializer.Serialize(record);
        foreach (var secret in new[] { "comprador", "Conceição", "12345678909", "2001:db8", "IwExemplo", World.PerfectPayToken })
            text.ShouldNotContain(secret, Case.Insensitive);
        record.Keys.Email.ShouldNotBeNull();
        record.Keys.UserAgent.ShouldNotBeNull();
        record.Traits.Browser.ShouldBe("chrome");
        record.Traits.Region.ShouldBe("sp");
        record.Traits.UtmSource.ShouldBe("FB");
    }

    // Refunds and guarantees come weeks after the sale.
    private static DateTimeOffset After(string file) =>
        file.Contains("refunded", StringComparison.Ordinal) || file.Contains("complete", StringComparison.Ordinal) ? World.Now.AddDays(40) : World.Now;

    private static long? Long(JsonElement element) => element.ValueKind is JsonValueKind.Null ? null : element.GetInt64();
}

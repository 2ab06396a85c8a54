using TrackHub.Dispatch.Claiming;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;
using static TrackHub.Dispatch.Tests.SampleEvents;

namespace TrackHub.Dispatch.Tests;

public sealed class RecordGatesTests
{
    private readonly RecordGates _gates;

    public RecordGatesTests()
    {
        var clock = new ManualClock(Now);
        var directory = new TenantDirectory(clock);
        var brand = new Brand("brandone0001", "ten_one", "Loja", "America/Sao_Paulo", "BRL", ConsentBasis.Granted, new([]), BrandSettings.Default);
        directory.Publish(DirectorySnapshot.Of([brand], [PixelOf("px_one", active: true), PixelOf("px_off", active: false)]));
        _gates = new(directory, clock);
    }

    [Fact]
    public void A_good_event_goes_on_with_its_brand_s_basis() => _gates.Of(Purchase()).ShouldBe(new("", "", ConsentBasis.Granted));

    [Theory]
    [InlineData(60, "")]
    [InlineData(59, RegistryState.Expired)]
    [InlineData(-1, RegistryState.Expired)]
    public void An_event_expires_a_minute_before_Meta_refuses_it(int secondsLeft, string state) =>
        _gates.Of(Purchase() with { EventTime = Now.AddDays(-7).AddSeconds(secondsLeft) }).State.ShouldBe(state);

    [Theory]
    [InlineData("px_gone", "pixel_gone")]
    [InlineData("px_off", "pixel_inactive")]
    public void Without_an_active_pixel_an_event_is_parked(string pixel, string reason)
    {
        var gate = _gates.Of(Purchase() with { PixelId = pixel });

        (gate.State, gate.Reason).ShouldBe((RegistryState.Parked, reason));
        _gates.PixelOf(Purchase() with { PixelId = pixel }).ShouldBeNull();
    }

    [Theory]
    [InlineData("px_new", 1, RegistryState.Held)]
    [InlineData("px_new", 15, RegistryState.Parked)]
    [InlineData("px_off", 1, RegistryState.Parked)]
    public void A_pixel_that_may_not_have_been_heard_of_yet_is_waited_for_once(string pixel, int secondsInLog, string state) =>
        _gates.Of(Purchase() with { PixelId = pixel }, Now.AddSeconds(-secondsInLog)).State.ShouldBe(state);

    [Fact]
    public void Another_brand_s_pixel_is_no_pixel() => _gates.PixelOf(Purchase() with { BrandId = "brandtwo0002" }).ShouldBeNull();

    [Theory]
    [InlineData(null, "BRL")]
    [InlineData(19700L, null)]
    [InlineData(19700L, "")]
    public void A_purchase_without_value_or_currency_is_dead_before_it_can_harm_a_batch(long? value, string? currency) =>
        _gates.Of(Purchase() with { ValueMinor = value, Currency = currency }).State.ShouldBe(RegistryState.Dead);

    [Fact]
    public void A_checkout_needs_no_value() => _gates.Of(Checkout()).State.ShouldBe("");

    public static TheoryData<DispatchReady> Poison() =>
    [
        Purchase() with { IngestId = "x" },
        Purchase() with { EventId = "" },
        Purchase() with { EventId = new string('e', 257) },
        Purchase() with { EventId = "a\0b" },
        Purchase() with { EventName = "Pur\0chase" },
        Purchase() with { PixelId = new string('p', 257) },
        Purchase() with { Attempt = int.MaxValue },
        Purchase() with { EventName = "" },
        Purchase() with { BrandId = "" },
        Purchase() with { PixelId = "" },
        Purchase() with { Attempt = -1 },
        Purchase() with { LadderStep = -1 },
    ];

    [Theory]
    [MemberData(nameof(Poison))]
    public void What_no_outcome_could_name_is_poison(object ready) => RecordGates.FaultOf((DispatchReady)ready).ShouldNotBeNull();

    [Theory]
    [InlineData("8c2b2f9e-0000-4000-8000-000000000001")]   // no UUIDv7
    [InlineData("x")]
    public void An_event_whose_outcome_the_ledger_would_refuse_gets_none(string ingestId) =>
        RecordGates.IsNamed(Purchase() with { IngestId = ingestId }).ShouldBeFalse();

    [Fact]
    public void A_good_event_has_no_fault() => RecordGates.FaultOf(Purchase()).ShouldBeNull();

    private static Pixel PixelOf(string id, bool active) => new(id, "brandone0001", "1000000000000001", new("token"), active, null, 1);
}

using System.Globalization;
using TrackHub.Benchmarks.Allocation;
using TrackHub.Benchmarks.Ingress;
using TrackHub.Benchmarks.Producing;

namespace TrackHub.Benchmarks.Tests;

/// <summary>The gate: no operation may allocate more than allocation-limits.txt allows. Times are reported by the benchmarks and never gated.</summary>
public sealed class AllocationTests
{
    private const string Click = "Ingress.Click";
    private const string Floor = "Ingress.Floor";
    private const string Record = "Produce.Record";

    private static readonly Dictionary<string, long> Limits = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "allocation-limits.txt"))
        .Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(static part => part[0], static part => long.Parse(part[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public static TheoryData<string> Operations => [.. AllocationMeter.Gated.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Operations))]
    public void An_operation_allocates_no_more_than_its_limit(string operation)
    {
        var limit = Limits.GetValueOrDefault(operation, -1);

        var measured = AllocationMeter.BytesPerCall(AllocationMeter.Gated[operation]);

        measured.ShouldBeLessThanOrEqualTo(limit, $"{operation} allocates {measured} bytes a call, its limit is {limit}: allocate less, or raise the limit and say why.");
    }

    [Fact]
    public async Task A_click_allocates_no_more_than_its_limit_from_socket_to_receipt()
    {
        await using var path = await ClickPath.StartAsync();

        var measured = AllocationMeter.BytesPerCall(path.Send);

        measured.ShouldBeLessThanOrEqualTo(Limits[Click], $"A click allocates {measured} bytes in the whole process: allocate less, or raise the limit of {Click} and say why.");
        measured.ShouldBeGreaterThan(Limits[Click] / 2, $"A click allocates {measured} bytes, far below the limit of {Click}: lower it, so that it holds.");
    }

    [Fact]
    public async Task What_the_libraries_allocate_for_a_click_is_known()
    {
        await using var path = await ClickPath.StartFloorAsync(valueBytes: 700);

        AllocationMeter.BytesPerCall(path.Send).ShouldBeInRange(Limits[Floor] / 2, Limits[Floor], $"What no work of ours can undercut has changed: set {Floor} to it.");
    }

    [Fact]
    public async Task A_record_allocates_nothing_from_being_handed_over_to_its_acknowledgement()
    {
        await using var path = new RecordPath();

        AllocationMeter.BytesPerCall(path.Send).ShouldBeLessThanOrEqualTo(Limits[Record]);
    }

    [Fact]
    public void Every_limit_is_of_an_operation() => Limits.Keys.Except([.. AllocationMeter.Gated.Keys, Click, Floor, Record], StringComparer.Ordinal).ShouldBeEmpty();

    [Theory]
    [InlineData("Encode(TrackedEvent).Avro")]
    [InlineData("Encode(Conversion).Avro")]
    [InlineData("Encode(DispatchReady).Avro")]
    public void Encoding_a_record_allocates_nothing(string operation) => Limits[operation].ShouldBe(0);

    [Fact]
    public void The_meter_counts_what_is_allocated()
    {
        var meter = AllocationMeter.Gated["Encode(DispatchReady).Value"];

        // The value itself, some 900 bytes, is in it.
        AllocationMeter.BytesPerCall(meter).ShouldBeGreaterThan(500);
    }
}

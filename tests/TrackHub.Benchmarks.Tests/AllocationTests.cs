using System.Globalization;
using TrackHub.Benchmarks.Allocation;

namespace TrackHub.Benchmarks.Tests;

/// <summary>The gate: no operation may allocate more than allocation-limits.txt allows. Times are reported by the benchmarks and never gated.</summary>
public sealed class AllocationTests
{
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
    public void Every_limit_is_of_an_operation() => Limits.Keys.Except(AllocationMeter.Gated.Keys, StringComparer.Ordinal).ShouldBeEmpty();

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

namespace TrackHub.Schemas.Tests.Avro;

/// <summary>The properties of <see cref="RecordProperties"/> for every record of TrackHub and for the one that holds every type.</summary>
public sealed class RecordPropertyTests
{
    public static TheoryData<Type> Records { get; } = [.. RecordsOf(typeof(TrackedEvent)).Concat(RecordsOf(typeof(EveryType)))];

    [Theory]
    [MemberData(nameof(Records))]
    public void Any_value_survives_the_round_trip(Type record) => RecordProperties.Of(record).Decodes_what_it_encoded();

    [Theory]
    [MemberData(nameof(Records))]
    public void Truncated_encoding_is_refused(Type record) => RecordProperties.Of(record).Refuses_every_strict_prefix();

    [Theory]
    [MemberData(nameof(Records))]
    public void Flipped_byte_neither_crashes_nor_allocates_without_bound(Type record) => RecordProperties.Of(record).Survives_a_flipped_byte();

    [Theory]
    [MemberData(nameof(Records))]
    public void Any_bytes_neither_crash_nor_allocate_without_bound(Type record) => RecordProperties.Of(record).Survives_any_bytes();

    [Theory]
    [MemberData(nameof(Records))]
    public void Length_that_promises_too_much_neither_crashes_nor_allocates_without_bound(Type record) => RecordProperties.Of(record).Survives_hostile_lengths();

    [Fact]
    public void Every_schema_file_has_its_record()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "avro"), "*.avsc").Select(Path.GetFileNameWithoutExtension);
        var records = RecordsOf(typeof(TrackedEvent)).Select(static t => t.Name).ToList();

        files.ShouldNotBeEmpty();
        files.ShouldBeSubsetOf(records);
    }

    private static IEnumerable<Type> RecordsOf(Type neighbour) => neighbour.Assembly.GetTypes()
        .Where(static t => t.IsClass && t.GetInterfaces().Any(static i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAvroRecord<>)))
        .OrderBy(static t => t.Name, StringComparer.Ordinal);
}

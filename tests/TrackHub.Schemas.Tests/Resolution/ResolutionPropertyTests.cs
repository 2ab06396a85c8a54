using FsCheck;
using FsCheck.Fluent;
using TrackHub.Schemas.Tests.Avro;

namespace TrackHub.Schemas.Tests.Resolution;

/// <summary>What must hold for any pair of versions and any bytes.</summary>
public sealed class ResolutionPropertyTests
{
    // A byte of an item becomes at most the reader's item: its defaults here take up to 15 bytes each, three a record, in each of its parts.
    private const int AllocatedPerByte = 512;
    private const int AllocatedAnyway = 64 * 1024;
    private static readonly Config Rounds = Config.QuickThrowOnFailure.WithMaxTest(200);
    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, int.MaxValue));

    public static TheoryData<Type> Records => RecordPropertyTests.Records;

    [Fact]
    public void Compatible_versions_resolve_to_the_values_built_beside_them() =>
        Prop.ForAll(Seeds, static seed =>
        {
            var pair = new SchemaPairs(new(seed)).Record();
            var resolution = SchemaResolution.Of(pair.Writer, pair.Reader);

            resolution.Fault.ShouldBeNull();
            resolution.ReadsAll.ShouldBeTrue();
            for (var i = 0; i < 3; i++)
            {
                var (written, read) = pair.Next();
                resolution.Turn(written).ShouldBe(read);
            }
        }).Check(Rounds);

    [Theory]
    [MemberData(nameof(Records))]
    public void Any_value_survives_the_way_through_another_version_and_back(Type record) => Evolution.Of(record).Survives_there_and_back();

    [Theory]
    [MemberData(nameof(Records))]
    public void Field_that_was_not_written_has_its_default(Type record) => Evolution.Of(record).Takes_defaults();

    [Fact]
    public void Any_bytes_are_turned_or_refused_within_bounds() =>
        Prop.ForAll(Seeds, static seed =>
        {
            var random = new Random(seed);
            var pair = new SchemaPairs(random).Record();
            var resolution = SchemaResolution.Of(pair.Writer, pair.Reader);
            for (var i = 0; i < 10; i++)
            {
                var hostile = HostileBytes.From(pair.Next().Written, random);

                var before = GC.GetAllocatedBytesForCurrentThread();
                TryTurn(resolution, hostile);
                (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan((hostile.Length * AllocatedPerByte) + AllocatedAnyway);
            }
        }).Check(Rounds);

    private static void TryTurn(SchemaResolution resolution, byte[] bytes)
    {
        try
        {
            resolution.Turn(bytes);
        }
        catch (AvroFormatException)
        {
            // The one way to refuse: these pairs have no gaps.
        }
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace TrackHub.Schemas.Tests.Avro;

/// <summary>What must hold for every value of one generated record, and for any bytes given to its decoder.</summary>
internal abstract class RecordProperties
{
    private static readonly Config Rounds = Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(20);

    public static RecordProperties Of(Type record) =>
        (RecordProperties)Activator.CreateInstance(typeof(For<>).MakeGenericType(record))!;

    public abstract void Decodes_what_it_encoded();

    public abstract void Refuses_every_strict_prefix();

    public abstract void Survives_a_flipped_byte();

    public abstract void Survives_any_bytes();

    public abstract void Survives_hostile_lengths();

    private sealed class For<T> : RecordProperties
        where T : IAvroRecord<T>
    {
        // The bound that AvroReader states.
        private const int AllocatedPerByte = 256;
        private const int AllocatedAnyway = 64 * 1024;

        public override void Decodes_what_it_encoded() =>
            Prop.ForAll(Arb.From(RecordGen.Of<T>()), static record =>
            {
                var encoded = record.ToAvro();
                var span = new byte[encoded.Length];

                var decoded = AvroCodec.Decode<T>(encoded);

                decoded.ShouldBe(record);
                decoded.GetHashCode().ShouldBe(record.GetHashCode());
                record.TryEncode(span, out var written).ShouldBeTrue();
                written.ShouldBe(encoded.Length);
                span.ShouldBe(encoded);
            }).Check(Rounds);

        public override void Refuses_every_strict_prefix() =>
            Prop.ForAll(Arb.From(RecordGen.Of<T>()), Arb.From(Gen.Choose(0, 999)), static (record, share) =>
            {
                var encoded = record.ToAvro();
                var length = encoded.Length * share / 1000;

                Decode(encoded.AsSpan(0, length)).ShouldBeFalse();
            }).Check(Rounds);

        public override void Survives_a_flipped_byte() =>
            Prop.ForAll(Arb.From(RecordGen.Of<T>()), Arb.From(Gen.Choose(0, 999)), Arb.From(Gen.Choose(1, 255)), static (record, share, flip) =>
            {
                var encoded = record.ToAvro();
                encoded[encoded.Length * share / 1000] ^= (byte)flip;

                Decode(encoded);
            }).Check(Rounds);

        public override void Survives_any_bytes() =>
            Prop.ForAll(Arb.From(Gen.Choose(0, 255).ListOf().Select(static list => list.Select(static b => (byte)b).ToArray())), static bytes =>
            {
                Decode(bytes);
            }).Check(Rounds.WithEndSize(2000));

        public override void Survives_hostile_lengths() =>
            Prop.ForAll(Arb.From(RecordGen.Of<T>()), Arb.From(Gen.Choose(0, int.MaxValue)), static (record, seed) =>
            {
                var random = new Random(seed);
                var encoded = record.ToAvro();
                for (var i = 0; i < 10; i++)
                    Decode(HostileBytes.From(encoded, random));
            }).Check(Rounds);

        /// <summary>Decodes; whatever it throws but the refusal, and more memory than the input's length allows, is a fault.</summary>
        private static bool Decode(ReadOnlySpan<byte> bytes)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var isRecord = AvroCodec.TryDecode<T>(bytes, out _);

            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan((bytes.Length * AllocatedPerByte) + AllocatedAnyway);
            return isRecord;
        }
    }
}

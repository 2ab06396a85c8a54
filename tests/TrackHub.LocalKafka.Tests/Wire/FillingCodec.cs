using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>Gives every field a random value, null now and then where it may be.</summary>
internal sealed class FillingCodec(Random random) : WireCodec(fills: true)
{
    private const string Letters = "abz09.-_ äß€𝄞";

    public override void Tags()
    {
    }

    protected override void Carry(ref bool value) => value = random.Next(2) == 0;

    protected override void Carry(ref sbyte value) => value = (sbyte)random.Next(sbyte.MinValue, sbyte.MaxValue + 1);

    protected override void Carry(ref short value) => value = (short)random.Next(short.MinValue, short.MaxValue + 1);

    protected override void Carry(ref int value) => value = random.Next(3) switch
    {
        0 => random.Next(-2, 3),
        1 => int.MaxValue,
        _ => random.Next(int.MinValue, int.MaxValue),
    };

    protected override void Carry(ref long value) => value = random.Next(4) == 0 ? long.MinValue : random.NextInt64();

    protected override void Carry(ref Guid value)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        value = new Guid(bytes);
    }

    protected override void Carry(ref string? value, bool mayBeNull)
    {
        var letters = Letters.EnumerateRunes().ToArray();
        value = mayBeNull && random.Next(4) == 0 ? null
            : random.Next(4) == 0 ? TestApis.Topic   // so that some requests name what exists
            : string.Concat(Enumerable.Range(0, Length()).Select(_ => letters[random.Next(letters.Length)].ToString()));
    }

    protected override void Carry(ref byte[] value)
    {
        value = new byte[Length()];
        random.NextBytes(value);
    }

    protected override void Carry(ref Memory<byte>? value)
    {
        byte[] bytes = [];
        Carry(ref bytes);
        value = random.Next(4) == 0 ? null : bytes;
    }

    protected override void CarryCount(ref int count, bool mayBeNull) => count = mayBeNull && random.Next(4) == 0 ? -1 : random.Next(4);

    /// <summary>Mostly short, at times beyond what one byte of a compact length says.</summary>
    private int Length() => random.Next(10) == 0 ? random.Next(300) : random.Next(8);
}

using System.Text;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>Writes down every field's type and value, for comparisons.</summary>
internal sealed class RecordingCodec() : WireCodec(fills: false)
{
    private readonly StringBuilder _fields = new();

    public override string ToString() => _fields.ToString();

    public override void Tags() => _fields.AppendLine("end");

    protected override void Carry(ref bool value) => Add("bool", value);

    protected override void Carry(ref sbyte value) => Add("int8", value);

    protected override void Carry(ref short value) => Add("int16", value);

    protected override void Carry(ref int value) => Add("int32", value);

    protected override void Carry(ref long value) => Add("int64", value);

    protected override void Carry(ref Guid value) => Add("uuid", value);

    protected override void Carry(ref string? value, bool mayBeNull) => Add(mayBeNull ? "string?" : "string", value ?? "null");

    protected override void Carry(ref byte[] value) => Add("bytes", Convert.ToHexString(value));

    protected override void Carry(ref Memory<byte>? value) => Add("records", value is { } bytes ? Convert.ToHexString(bytes.Span) : "null");

    protected override void CarryCount(ref int count, bool mayBeNull) => Add(mayBeNull ? "array?" : "array", count);

    private void Add(string type, object value) => _fields.Append(type).Append(' ').AppendLine(value.ToString());
}

using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace TrackHub.Platform.Streams.Native;

/// <summary><c>rd_kafka_type_t</c>.</summary>
internal enum ClientType
{
    Producer = 0,
}

/// <summary><c>rd_kafka_event_type_t</c>, those that a producer asks for.</summary>
[Flags]
internal enum EventType
{
    None = 0,
    DeliveryReports = 0x1,
    Log = 0x4,
    Error = 0x8,
}

/// <summary><c>rd_kafka_msg_status_t</c>.</summary>
internal enum MessageStatus
{
    NotPersisted = 0,
    PossiblyPersisted = 1,
    Persisted = 2,
}

/// <summary><c>rd_kafka_vtype_t</c>, what an argument of <see cref="LibRdKafka.Produce"/> is.</summary>
internal enum ArgumentType
{
    Topic = 2,    // RKT
    Value = 4,
    Key = 5,
    Opaque = 6,
    Flags = 7,
    Headers = 10,
}

/// <summary><c>rd_kafka_vu_t</c>: a tag and a union of 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal readonly struct ProduceArgument
{
    // RD_KAFKA_MSG_F_COPY: key and value are copied before the call returns.
    private const int Copy = 0x2;

    [FieldOffset(0)]
    private readonly ArgumentType _type;

    [FieldOffset(8)]
    private readonly nint _pointer;

    [FieldOffset(16)]
    private readonly nint _size;

    public ProduceArgument(ArgumentType type, nint pointer, int size = 0) => (_type, _pointer, _size) = (type, pointer, size);

    public static ProduceArgument CopyBytes => new(ArgumentType.Flags, Copy);   // an int at the union's start: little-endian, as Linux on x64 and arm64 is
}

/// <summary><c>rd_kafka_message_t</c>, as a report fills it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeMessage
{
    public readonly ErrorCode Error;
    public readonly nint Topic;
    public readonly int Partition;
    public readonly nint Value;
    public readonly nuint ValueSize;
    public readonly nint Key;
    public readonly nuint KeySize;
    public readonly long Offset;
    public readonly nint Opaque;
}

package sheet

// Default are the forms with which a company begins, one for each kind of matter
// (requirement E1).
func Default() Forms {
	forms := Forms{
		{Kind: Consultation, Name: Text{"咨询", "Consultation"}, Fields: append([]Field{
			matter(Text{"咨询内容", "Question"}),
			choice("about", Text{"咨询类别", "About"}, Never,
				Option{"tariff", Text{"价格与费用", "Prices and fees"}}, Option{"service", Text{"业务办理", "How to apply"}},
				Option{"outage", Text{"停供信息", "Interruptions"}}, Option{"safety", Text{"安全常识", "Safety"}}, other()),
			name(), phone(),
		}, outcome()...)},
		{Kind: Complaint, Name: Text{"投诉", "Complaint"}, Fields: append([]Field{
			matter(Text{"投诉内容", "Complaint"}),
			choice("about", Text{"投诉对象", "About"}, Final,
				Option{"attitude", Text{"服务态度", "Attitude"}}, Option{"quality", Text{"工作质量", "Quality of the work"}},
				Option{"delay", Text{"处理不及时", "Delay"}}, Option{"fees", Text{"收费", "Fees"}}, Option{"supply", Text{"供应", "Supply"}}, other()),
			{ID: "happened_on", Type: Date, Label: Text{"发生日期", "When it happened"}},
			name(), phone(), address(),
			{ID: "wanted", Type: Long, Label: Text{"客户诉求", "What the caller wants"}},
		}, outcome()...)},
		{Kind: Repair, Name: Text{"报修", "Repair"}, Fields: append([]Field{
			address(), phone(), happened(Text{"故障情况", "What is broken"}), name(),
			{ID: "visit_on", Type: Date, Label: Text{"预约上门日期", "Visit agreed for"}},
			charged(),
		}, outcome()...)},
		{Kind: Emergency, Name: Text{"抢险", "Emergency"}, Fields: append([]Field{
			address(), phone(), happened(Text{"险情", "What has happened"}),
			{ID: "danger", Type: Choices, Label: Text{"危险", "Danger"}, Options: []Option{
				{"leak", Text{"泄漏", "Leak"}}, {"fire", Text{"火情", "Fire"}}, {"explosion", Text{"爆炸", "Explosion"}},
				{"poisoning", Text{"中毒", "Poisoning"}}, {"cut", Text{"外力破坏", "Line was cut"}}, other(),
			}},
			{ID: "injured", Type: Number, Label: Text{"受伤人数", "People injured"}, Least: at(0), Most: at(9999)},
			{ID: "evacuated", Type: YesNo, Label: Text{"人员已撤离", "People are out"}},
			name(),
			{
				ID: Traceable, Type: YesNo, Label: Text{"报险人可回访", "Reporter can be called back"},
				Hint: Text{"路过的人或不留电话的人选否", "No for passers-by and those who leave no number"},
			},
		}, outcome()...)},
		{Kind: Installation, Name: Text{"安装", "Installation"}, Fields: append([]Field{
			address(), phone(), happened(Text{"安装需求", "What is to be installed"}), name(),
			{ID: "wanted_on", Type: Date, Label: Text{"希望日期", "Wanted on"}},
		}, outcome()...)},
		{Kind: Alteration, Name: Text{"改装", "Alteration"}, Fields: append([]Field{
			matter(Text{"改装需求", "What is to be altered"}), name(), phone(), address(),
			{ID: "wanted_on", Type: Date, Label: Text{"希望日期", "Wanted on"}},
			charged(),
		}, outcome()...)},
		{Kind: Suggestion, Name: Text{"建议", "Suggestion"}, Fields: append([]Field{
			matter(Text{"建议内容", "Suggestion"}), name(), phone(),
		}, outcome()...)},
		{Kind: Praise, Name: Text{"表扬", "Praise"}, Fields: append([]Field{
			matter(Text{"表扬内容", "Praise"}),
			{ID: "whom", Type: Line, Label: Text{"表扬对象", "Whom"}, Personal: true},
			name(), phone(),
		}, outcome()...)},
		{Kind: Voicemail, Name: Text{"留言", "Voicemail"}, Fields: append([]Field{
			matter(Text{"留言内容", "What was said"}), name(), phone(),
		}, outcome()...)},
		{Kind: Callback, Name: Text{"回电", "Callback"}, Fields: append([]Field{
			matter(Text{"回电事由", "What it is about"}), name(), phone(),
		}, outcome()...)},
	}
	for i := range forms {
		forms[i].Version = 1
	}
	return forms
}

func at(x float64) *float64 { return &x }

func other() Option { return Option{"other", Text{"其他", "Other"}} }

// matter is what the caller wants, happened what has happened to him.
func matter(label Text) Field {
	return Field{ID: "matter", Type: Long, Label: label, Need: Final}
}

func happened(label Text) Field {
	return Field{ID: Happened, Type: Long, Label: label, Need: Final}
}

func choice(id string, label Text, need Need, options ...Option) Field {
	return Field{ID: id, Type: Choice, Label: label, Need: need, Options: options}
}

func name() Field {
	return Field{ID: "name", Type: Line, Label: Text{"联系人", "Contact"}, Personal: true, Most: at(60)}
}

func phone() Field {
	return Field{ID: Telephone, Type: Phone, Label: Text{"联系电话", "Telephone"}}
}

func address() Field {
	return Field{ID: Place, Type: Address, Label: Text{"地址", "Address"}}
}

// charged is asked of all whose callback hangs on it (requirement F1).
func charged() Field {
	return Field{ID: Charged, Type: YesNo, Label: Text{"是否收费", "Charged"}, Need: Final}
}

// outcome is what was done and what came of it (requirement C2).
func outcome() []Field {
	return []Field{
		{ID: "done", Type: Long, Label: Text{"处理经过", "What was done"}, Need: Final},
		{ID: "result", Type: Long, Label: Text{"处理结果", "Result"}, Need: Final},
	}
}

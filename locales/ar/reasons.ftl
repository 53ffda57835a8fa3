# أسباب المطابقة: why-… ما الذي يحول دون ذلك، fix-… أصغر تغيير يزيل المانع،
# reason-name-… الاسم المختصر للمجاميع. والعلامة «—» في fix تعني أنه لا يوجد تغيير ممكن.
why-r01-too-young = سيكون عمر المتدرب عند السفر { $age ->
    [zero] أقل من سنة
    [one] سنة واحدة
    [two] سنتين
    [few] { $age } سنوات
    [many] { $age } سنة
   *[other] { $age } سنة
  }، والحد الأدنى { $least ->
    [zero] 0 سنة
    [one] سنة واحدة
    [two] سنتان
    [few] { $least } سنوات
    [many] { $least } سنة
   *[other] { $least } سنة
  }.
fix-r01-too-young = السفر في { $date } أو بعده.
reason-name-r01-too-young = السن أصغر من المطلوب عند السفر (R01)
why-r01-too-old = سيكون عمر المتدرب عند السفر { $age ->
    [zero] أقل من سنة
    [one] سنة واحدة
    [two] سنتين
    [few] { $age } سنوات
    [many] { $age } سنة
   *[other] { $age } سنة
  }، والحد الأقصى في هذا المسار { $most ->
    [zero] 0 سنة
    [one] سنة واحدة
    [two] سنتان
    [few] { $most } سنوات
    [many] { $most } سنة
   *[other] { $most } سنة
  }.
fix-r01-too-old = اختيار مسار ليس فيه هذا الحد.
reason-name-r01-too-old = تجاوز السن القصوى (R01)
why-r01-age-unknown = تاريخ الميلاد غير مُدخل.
fix-r01-age-unknown = إدخال تاريخ الميلاد.
reason-name-r01-age-unknown = تاريخ الميلاد ناقص (R01)
why-r05-wage-unknown = لا يذكر الاحتياج أي أجر.
fix-r05-wage-unknown = إدخال الأجر الإجمالي.
reason-name-r05-wage-unknown = الأجر ناقص (R05)
why-r05-below-floor = الأجر { $wage } { $per } أقل من الحد الأدنى { $floor } { $floor-per }.
fix-r05-below-floor = رفع الأجر إلى الحد الأدنى.
reason-name-r05-below-floor = الأجر أقل من الحد الأدنى (R05)
why-r05-floor-currency = الأجر ليس بعملة { $currency }، وهي عملة الحد الأدنى.
fix-r05-floor-currency = ذكر الأجر بعملة { $currency }.
reason-name-r05-floor-currency = الأجر بعملة غير عملة الحد الأدنى (R05)
why-r06-comparable-unknown = أجر العاملين المحليين المماثلين غير مُدخل.
fix-r06-comparable-unknown = إدخال أجر العاملين المحليين المماثلين.
reason-name-r06-comparable-unknown = الأجر المماثل ناقص (R06)
why-r06-below-comparable = الأجر { $wage } أقل مما يتقاضاه العاملون المحليون المماثلون: { $comparable }.
fix-r06-below-comparable = رفع الأجر إلى { $comparable }.
reason-name-r06-below-comparable = الأجر أقل من أجر العاملين المماثلين (R06)
why-r11-listed = هذا البلد مدرج في قائمة الضمانات لمنظمة الصحة العالمية ({ $edition }): { $country }. ولا تغطي المسارَ أي اتفاقية بين حكومات.
fix-r11-listed = لا يمكن قدوم العاملين في الصحة من هذا البلد إلا في إطار اتفاقية من هذا النوع.
reason-name-r11-listed = بلد المنشأ في قائمة ضمانات منظمة الصحة العالمية (R11)
why-r11-conditions = هذا البلد مدرج في قائمة الضمانات لمنظمة الصحة العالمية ({ $edition }): { $country }. وينقص الاتفاقيةَ تحليل سوق العمل أو دعم بلد المنشأ.
fix-r11-conditions = إضافة الأمرين إلى الاتفاقية.
reason-name-r11-conditions = الاتفاقية لا تستوفي شروط منظمة الصحة العالمية (R11)
why-r11-extended-watch = هذا البلد مدرج في قائمة الضمانات لمنظمة الصحة العالمية ({ $edition }): { $country }. وأعمال الرعاية تخضع للمتابعة.
fix-r11-extended-watch = التحقق من الأثر على خدمات الرعاية في بلد المنشأ.
reason-name-r11-extended-watch = عامل رعاية من بلد مدرج في القائمة (R11)
why-r12-unknown = وضع صاحب العمل غير معروف.
fix-r12-unknown = طلب تسجيله من سلطة بلد المقصد.
reason-name-r12-unknown = وضع صاحب العمل غير معروف (R12)
why-r12-insolvent = صاحب العمل في حالة إعسار.
fix-r12-insolvent = اختيار صاحب عمل آخر.
reason-name-r12-insolvent = صاحب العمل في حالة إعسار (R12)
why-r12-sanction = توجد عقوبة قائمة على صاحب العمل.
fix-r12-sanction = على صاحب العمل تسوية العقوبة.
reason-name-r12-sanction = عقوبة قائمة على صاحب العمل (R12)
why-r12-wage-judgment = لم ينفّذ صاحب العمل حكمًا بدفع أجور.
fix-r12-wage-judgment = على صاحب العمل دفع المبلغ المحكوم به.
reason-name-r12-wage-judgment = حكم بأجور غير مدفوعة (R12)
why-r12-licence-missing = ليس لصاحب العمل ترخيص أو اعتماد لهذا المسار.
fix-r12-licence-missing = على صاحب العمل الحصول عليه قبل بدء العمل.
reason-name-r12-licence-missing = صاحب العمل دون ترخيص (R12)
why-r12-licence-ends = ينتهي ترخيص صاحب العمل في { $end }، أي قبل بدء العمل في { $start }.
fix-r12-licence-ends = تجديد الترخيص إلى ما بعد بدء العمل.
reason-name-r12-licence-ends = ترخيص صاحب العمل ينتهي قبل بدء العمل (R12)
why-r12-suspended = صاحب العمل موقوف.
fix-r12-suspended = يجب رفع التوقيف.
reason-name-r12-suspended = صاحب العمل موقوف (R12)
why-r12-housing = السكن الذي يوفّره صاحب العمل غير معتمد.
fix-r12-housing = طلب معاينة السكن واعتماده.
reason-name-r12-housing = السكن غير معتمد (R12)
why-r14-no-case = المهنة { $occupation } منظَّمة في بلد المقصد ({ $destination })، ولا يوجد فيه ملف اعتراف.
fix-r14-no-case = إيداع طلب الاعتراف.
reason-name-r14-no-case = لا يوجد ملف اعتراف (R14)
why-r14-ended = انتهى ملف الاعتراف في بلد المقصد ({ $destination }): { $state }.
fix-r14-ended = تقديم اعتراض ضمن الأجل، أو اختيار بلد مقصد آخر.
reason-name-r14-ended = الاعتراف مرفوض أو منتهٍ (R14)
why-r14-not-yet = حالة ملف الاعتراف الآن: { $state }. ويسمح المسار بالدخول عندما تكون الحالة: { $wanted }.
fix-r14-not-yet = انتظار الخطوة التالية من الاعتراف.
reason-name-r14-not-yet = الاعتراف لم يتقدم بما يكفي (R14)
why-r14-regulation-unknown = تقرر كل منطقة ما إذا كانت المهنة منظَّمة، ومنطقة الموقع غير مُدخلة.
fix-r14-regulation-unknown = إدخال منطقة الموقع.
reason-name-r14-regulation-unknown = منطقة الموقع ناقصة (R14)
why-r15-no-certificate = لا توجد شهادة في اللغة المطلوبة: { $language }، { $asked }.
fix-r15-no-certificate = اجتياز امتحان في المستوى { $asked }.
reason-name-r15-no-certificate = لا توجد شهادة لغة (R15)
why-r15-below-level = المستوى في الشهادة { $held }، والمطلوب { $asked } ({ $language }).
fix-r15-below-level = اجتياز امتحان في المستوى { $asked }.
reason-name-r15-below-level = مستوى اللغة أقل من المطلوب (R15)
why-r15-expires = تنتهي شهادة اللغة في { $end }، أي قبل إيداع طلب التأشيرة في { $filing }.
fix-r15-expires = تجديد الشهادة إلى ما بعد { $filing }.
reason-name-r15-expires = شهادة اللغة تنتهي قبل الأوان (R15)
why-r15-other-scale = الشهادة { $held } على سلّم غير سلّم المستوى المطلوب { $asked } ({ $language }).
fix-r15-other-scale = اجتياز امتحان على السلّم المطلوب.
reason-name-r15-other-scale = شهادة على سلّم آخر (R15)
why-r16-feature = سيعتمد الترتيب على صفة محمية: { $feature }.
fix-r16-feature = حذفها من سياسة الترتيب.
reason-name-r16-feature = الترتيب يعتمد على صفة محمية (R16)
why-r28-passport-unknown = جواز السفر أو تاريخ انتهاء صلاحيته غير مُدخل.
fix-r28-passport-unknown = إدخال تاريخ انتهاء صلاحية جواز السفر.
reason-name-r28-passport-unknown = جواز السفر ناقص (R28)
why-r28-passport-ends = تنتهي صلاحية جواز السفر في { $end }، ويجب أن يكون صالحًا حتى { $least }.
fix-r28-passport-ends = تجديد جواز السفر.
reason-name-r28-passport-ends = جواز السفر ينتهي قبل الأوان (R28)
why-r28-identity-unknown = لم يتم تأكيد الهوية بعد.
fix-r28-identity-unknown = مقارنة الاسم بجواز السفر وتأكيده.
reason-name-r28-identity-unknown = الهوية غير مؤكدة (R28)
why-r28-name-differs = الاسم مختلف عن الاسم في جواز السفر.
fix-r28-name-differs = تصحيح السجل أو جواز السفر.
reason-name-r28-name-differs = الاسم مختلف عن جواز السفر (R28)
why-r28-duplicate = قد يوجد سجل ثانٍ للشخص نفسه.
fix-r28-duplicate = تسوية التكرار.
reason-name-r28-duplicate = تكرار محتمل (R28)
why-r29-reached = استُنفدت الحصة «{ $quota }»، وحدّها الأقصى { $cap }.
fix-r29-reached = انتظار الفترة القادمة أو طلب فئة معفاة.
reason-name-r29-reached = الحصة مستنفدة (R29)
why-not-seeking = لا يبحث المتدرب عن مطابقة في هذه المرحلة: { $state }.
fix-not-seeking = —
reason-name-not-seeking = لا يبحث عن مطابقة
why-home-track = اختار المتدرب مسار الوطن.
fix-home-track = يمكن للمتدرب تغيير المسار بحرية.
reason-name-home-track = تم اختيار مسار الوطن
why-occupation-differs = يؤدي التدريب إلى { $trained }، والاحتياج يطلب { $asked }.
fix-occupation-differs = اختيار احتياج في مجموعة المهن نفسها.
reason-name-occupation-differs = لا يوجد احتياج في المهنة
why-no-pathway = لا يشمل أي مسار في هذا الاحتياج الأشخاص الذين تدربوا في هذا البلد: { $country }.
fix-no-pathway = يمكن لصاحب العمل فتح مقاعد لمسار من ذلك البلد.
reason-name-no-pathway = لا يوجد مسار من بلد التدريب
why-pathway-closed = لا يقبل المسار { $pathway } ملفات جديدة: { $status }.
fix-pathway-closed = اختيار مسار آخر.
reason-name-pathway-closed = المسار مغلق
why-pathway-occupation = المسار { $pathway } غير مفتوح للمهنة { $asked }.
fix-pathway-occupation = اختيار مسار آخر.
reason-name-pathway-occupation = المسار غير مفتوح للمهنة
why-need-not-open = الاحتياج غير مفتوح.
fix-need-not-open = يمكن لصاحب العمل فتحه.
reason-name-need-not-open = الاحتياج غير مفتوح
why-need-no-seats = ليست للاحتياج مقاعد في أي مسار.
fix-need-no-seats = يمكن لصاحب العمل فتح مقاعد لمسار.
reason-name-need-no-seats = احتياج دون مقاعد
why-no-need = لا يوجد احتياج للمقارنة.
fix-no-need = —
reason-name-no-need = لا يوجد أي احتياج
why-no-trainee = لا يوجد متدرب للمقارنة.
fix-no-trainee = —
reason-name-no-trainee = لا يوجد أي متدرب
why-no-shared-skill = لا توجد أي مهارة مطلوبة مشتركة بين المتدرب والاحتياج.
fix-no-shared-skill = إضافة وحدة تدريبية لإحدى المهارات، أو تسجيل المهارات المكتسبة.
reason-name-no-shared-skill = لا توجد مهارة مشتركة
why-ready-too-late = يكون المتدرب جاهزًا في { $ready }، وتنتهي فترة بدء العمل في { $end }.
fix-ready-too-late = تمديد فترة بدء العمل إلى { $ready }.
reason-name-ready-too-late = جاهز بعد فترة بدء العمل
why-beyond-shortlist = { $most ->
    [zero] الاحتياج خارج القائمة المختصرة للمتدرب
    [one] الاحتياج ليس الأفضل في قائمة المتدرب
    [two] الاحتياج ليس ضمن أفضل احتياجين في قائمة المتدرب
    [few] الاحتياج ليس ضمن أفضل { $most } احتياجات في قائمة المتدرب
    [many] الاحتياج ليس ضمن أفضل { $most } احتياجًا في قائمة المتدرب
   *[other] الاحتياج ليس ضمن أفضل { $most } احتياج في قائمة المتدرب
  }.
fix-beyond-shortlist = —
reason-name-beyond-shortlist = خارج القائمة المختصرة
why-proposed = مقترح.
fix-proposed = —
reason-name-proposed = مقترح
why-better-place = اقتُرحت على المتدربين المناسبين أماكن يفضلونها.
fix-better-place = عرض شروط يرغب فيها المتدربون.
reason-name-better-place = المتدربون حصلوا على أماكن أفضل لهم
why-need-full = { $seats ->
    [zero] لا توجد مقاعد شاغرة في أفضل احتياج
    [one] شغل متدرب أفضل ترتيبًا المقعد الوحيد في أفضل احتياج
    [two] شغل متدربون أفضل ترتيبًا المقعدين في أفضل احتياج
    [few] شغل متدربون أفضل ترتيبًا جميع المقاعد في أفضل احتياج ({ $seats } مقاعد)
    [many] شغل متدربون أفضل ترتيبًا جميع المقاعد في أفضل احتياج ({ $seats } مقعدًا)
   *[other] شغل متدربون أفضل ترتيبًا جميع المقاعد في أفضل احتياج ({ $seats } مقعد)
  }.
fix-need-full = مقاعد أكثر، أو نتيجة تدريب أفضل.
reason-name-need-full = متدربون أفضل ترتيبًا شغلوا المقاعد
why-quota-full = إحدى الحصص في جهة المقصد ممتلئة.
fix-quota-full = حصة أكبر، أو الفترة القادمة.
reason-name-quota-full = حصة جهة المقصد ممتلئة
why-provider-full = حصة مؤسسة التدريب أو بلد المنشأ ممتلئة.
fix-provider-full = حصة أكبر، أو الفترة القادمة.
reason-name-provider-full = حصة جهة المنشأ ممتلئة
why-seats-left = { $filled ->
    [zero] لم يُشغل أي مقعد
    [one] شُغل مقعد واحد
    [two] شُغل مقعدان
    [few] شُغلت { $filled } مقاعد
    [many] شُغل { $filled } مقعدًا
   *[other] شُغل { $filled } مقعد
  } من مجموع { $seats }.
fix-seats-left = —
reason-name-seats-left = مقاعد متبقية
why-filled = { $count ->
    [zero] لا توجد مقاعد دون اقتراح
    [one] يوجد اقتراح للمقعد الوحيد
    [two] يوجد اقتراح لكل من المقعدين
    [few] توجد اقتراحات لجميع المقاعد ({ $count } مقاعد)
    [many] توجد اقتراحات لجميع المقاعد ({ $count } مقعدًا)
   *[other] توجد اقتراحات لجميع المقاعد ({ $count } مقعد)
  }.
fix-filled = —
reason-name-filled = تمت التلبية
why-other-side = هناك عائق لدى الطرف الآخر، ولا يطّلع عليه سواه.
fix-other-side = تواصل مع الطرف الآخر أو مع السلطة المختصة.
reason-name-other-side = لدى الطرف الآخر

why-held-back = تُظهر الخطط السابقة أن هذه المقاعد أكثر قيمة لأشخاص سيأتون لاحقًا، ولذلك حُجزت.
fix-held-back = تقليل الحجز في السياسة، أو تحسين ملاءمة الشخص.
reason-name-held-back = مقاعد محجوزة لطلب لاحق
why-pair-better-offer = رُشّح الشخص لما يناسبه أكثر ({ $own } مقابل { $this }).
fix-pair-better-offer = تغيير في رغباته، أو عرض أفضل هنا.
reason-name-pair-better-offer = لديه عرض أفضل
why-pair-seats-taken = جميع المقاعد ({ $seats }) لدى أشخاص أكثر ملاءمة: آخرهم { $before }، وهذا الزوج { $this }.
fix-pair-seats-taken = مقعد إضافي، أو تقييم أفضل.
reason-name-pair-seats-taken = المقاعد لدى آخرين
why-pair-quota-taken = اكتملت حصة ({ $quota }). آخر من قُبل لديه { $before }، وهذا الزوج { $this }.
fix-pair-quota-taken = حصة أعلى، أو تقييم أفضل.
reason-name-pair-quota-taken = الحصة لدى آخرين
why-pair-waits = اكتملت حصة من جانب الشخص. نتيجة آخر من قُبل { $merit }، ونتيجة هذا الشخص { $own }.
fix-pair-waits = حصة أعلى، أو الفترة التالية.
reason-name-pair-waits = حصة جانبه لدى آخرين
why-pair-first-turn = اكتملت حصة من جانب الشخص بمن فقدوا مكانهم من قبل ولهم الأولوية.
fix-pair-first-turn = حصة أعلى، أو الفترة التالية.
reason-name-pair-first-turn = حصة جانبه لدى من لهم الأولوية
why-pair-price = في الخطة ذات المجموع الأكبر يزن هذا الزوج { $weight }، ومقعده يساوي { $price } لآخرين: يبقى { $gain }، وهو يضيف { $has } حيث هو.
fix-pair-price = مقعد إضافي، أو تقييم أفضل.
reason-name-pair-price = يضيف أكثر في مكان آخر

# أسماء الحقول والإرشادات وأسماء السجلات وأخطاء الحقول.
field-name = الاسم
field-title = العنوان
field-kind = النوع
field-status = الحالة
field-country = البلد
field-subdivision = المنطقة (ISO 3166-2)
field-register-number = رقم السجل
field-lei = معرّف الكيان القانوني (LEI)
field-licence-valid-to = الترخيص أو الاعتماد صالح حتى
field-insolvent = في حالة إعسار
field-open-sanction = عقوبة قائمة
field-unpaid-wage-judgment = حكم بأجور غير مدفوعة
field-provides-housing = يوفّر السكن
field-housing-approved = السكن معتمد
field-accreditation = الاعتماد
field-accreditation-valid-to = الاعتماد صالح حتى
field-organisation-id = المؤسسة أو الجهة
field-city = المدينة
field-institute-id = مؤسسة التدريب
field-programme-id = البرنامج
field-cohort-id = الدفعة
field-trainee-id = المتدرب
field-need-id = الاحتياج
field-employer-id = صاحب العمل
field-site-id = الموقع
field-run-id = عملية المطابقة
field-occupation = المهنة (ISCO-08)
field-isced-field = مجال التعليم (ISCED-F)
field-eqf-level = مستوى EQF
field-eqf-basis = أساس تحديد المستوى
field-language = اللغة
field-hours = الساعات
field-awarded-qualification = المؤهل الممنوح
field-starts-on = تاريخ البدء
field-ends-on = تاريخ الانتهاء
field-seats-away = المقاعد، مسار الخارج
field-seats-home = المقاعد، مسار الوطن
field-seats-undecided = المقاعد، لم يُحدَّد المسار
field-family-name = اسم العائلة
field-given-name = الاسم الشخصي
field-birth-date = تاريخ الميلاد
field-sex = الجنس
field-nationalities = الجنسيات
field-habitual-residence = بلد الإقامة
field-training-country = بلد التدريب
field-track = نوع المسار
field-journey = المرحلة
field-ready-on = جاهز ابتداءً من
field-passport-valid-to = جواز السفر صالح حتى
field-identity-confirmed = تم تأكيد الهوية
field-possible-duplicate = تكرار محتمل
field-preferred-destinations = بلدان المقصد المفضلة
field-waiting-since = في الانتظار منذ
field-merit = نتيجة التدريب (من 0 إلى 100)
field-email = البريد الإلكتروني
field-password = كلمة المرور
field-awarding-body = الجهة المانحة
field-awarded-on = تاريخ المنح
field-destination = بلد المقصد
field-origin = بلد المنشأ
field-authority = السلطة المختصة
field-state = الحالة
field-filed-on = تاريخ الإيداع
field-decided-on = تاريخ القرار
field-scale = السلّم
field-level = المستوى
field-listening = الاستماع
field-reading = القراءة
field-speaking = المحادثة
field-writing = الكتابة
field-issuer = جهة الإصدار
field-issued-on = تاريخ الإصدار
field-expires-on = تاريخ انتهاء الصلاحية
field-skill = المهارة
field-provenance = مصدر التصريح
field-stated-on = تاريخ التصريح
field-side = الطرف
field-positions = المناصب
field-start-from = بدء العمل من
field-start-to = بدء العمل حتى
field-wage = الأجر الإجمالي
field-comparable-wage = أجر العاملين المحليين المماثلين
field-wage-per = فترة الأجر
field-hours-per-week = الساعات في الأسبوع
field-language-level = مستوى اللغة
field-importance = الأهمية
field-weight = الوزن (من 1 إلى 5)
field-pathway = المسار
field-seats = المقاعد
field-pack = حزمة الممر
field-signed-on = تاريخ التوقيع
field-between-governments = مبرمة بين حكومات
field-labour-market-analysis = تم تحليل سوق العمل الصحي
field-support-to-origin = تم الاتفاق على دعم بلد المنشأ
field-cost-mode = قاعدة التكاليف
field-scope = النطاق
field-subject = ما تشمله الحصة
field-counts = ما يُحتسب
field-cap = الحد الأقصى
field-used = المستعمل
field-period-from = الفترة من
field-period-to = الفترة حتى
field-exempts-government-placement = لا تُحتسب عمليات التوظيف المتفق عليها بين الحكومات
field-score = الدرجة
field-trainee-decision = قرار المتدرب
field-trainee-reason = سبب المتدرب
field-employer-decision = قرار صاحب العمل
field-employer-reason = سبب صاحب العمل
field-subject-id = بخصوص
field-result = النتيجة
field-reason-code = أقرب سبب
field-reasons = السبب، وما الذي يغيّره
field-decision = القرار
field-reason = السبب
field-days = الأيام
field-need = الاحتياج
field-trainee = المتدرب

hint-kind-money = العملة والمبلغ، مثلًا EUR 3000.00
hint-kind-countries = رموز البلدان حسب ترتيب التفضيل، مثلًا DE, BE
hint-kind-occupation = أربعة أرقام من ISCO-08، مثلًا 7411؛ اكتب اسمًا لتظهر الاقتراحات
hint-kind-concept = عنوان مهارة في ESCO؛ اكتب اسمًا لتظهر الاقتراحات، أو ابحث عنها في «المهن والمهارات»
hint-kind-language-level = السلّم والمستوى، مثلًا CEFR B1
hint-kind-pathway = مثلًا DE-NAFR-THAMM/MA
hint-kind-subdivision = مثلًا DE-BY
hint-kind-language = رمز اللغة، مثلًا de
hint-subject = البلد MA، أو الممر MA-DE، أو المسار DE-NAFR-THAMM/MA، أو معرّف مؤسسة تدريب
hint-level = حسب السلّم أعلاه: B1 أو N4 أو 7.0 …
hint-subject-id = المتدرب أو الاحتياج

records-organisations = المؤسسات والجهات
records-sites = المواقع ومراكز التدريب
records-programmes = البرامج
records-cohorts = الدفعات
records-trainees = المتدربون
records-credentials = الشهادات
records-recognition-cases = ملفات الاعتراف
records-language-certificates = شهادات اللغة
records-skill-claims = المهارات
records-needs = الاحتياجات
records-need-skills = المهارات المطلوبة
records-seat-pools = المقاعد حسب المسار
records-agreements = الاتفاقيات
records-quotas = الحصص
records-proposals = الاقتراحات
records-outcomes = النتائج والأسباب
record-organisations = مؤسسة أو جهة
record-sites = موقع
record-programmes = برنامج
record-cohorts = دفعة
record-trainees = متدرب/ة
record-credentials = شهادة
record-recognition-cases = ملف اعتراف
record-language-certificates = شهادة لغة
record-skill-claims = مهارة
record-needs = احتياج
record-need-skills = مهارة مطلوبة
record-seat-pools = مقاعد مسار
record-agreements = اتفاقية
record-quotas = حصة
record-proposals = اقتراح
record-outcomes = نتيجة
new-organisations = مؤسسة أو جهة جديدة
new-sites = موقع أو مركز تدريب جديد
new-programmes = برنامج جديد
new-cohorts = دفعة جديدة
new-trainees = متدرب/ة جديد/ة
new-credentials = شهادة جديدة
new-recognition-cases = ملف اعتراف جديد
new-language-certificates = شهادة لغة جديدة
new-skill-claims = مهارة جديدة
new-needs = احتياج جديد
new-need-skills = مهارة مطلوبة جديدة
new-seat-pools = مقاعد جديدة لمسار
new-agreements = اتفاقية جديدة
new-quotas = حصة جديدة
edit-organisations = تعديل المؤسسة أو الجهة
edit-sites = تعديل الموقع أو مركز التدريب
edit-programmes = تعديل البرنامج
edit-cohorts = تعديل الدفعة
edit-trainees = تعديل بيانات المتدرب
edit-credentials = تعديل الشهادة
edit-recognition-cases = تعديل ملف الاعتراف
edit-language-certificates = تعديل شهادة اللغة
edit-skill-claims = تعديل المهارة
edit-needs = تعديل الاحتياج
edit-need-skills = تعديل المهارة المطلوبة
edit-seat-pools = تعديل مقاعد المسار
edit-agreements = تعديل الاتفاقية
edit-quotas = تعديل الحصة

error-required = هذا الحقل مطلوب.
error-choice = اختر إحدى القيم المعروضة.
error-country = استعمل رمز بلد من ISO 3166-1، مثل MA أو DE.
error-subdivision = استعمل رمز منطقة من ISO 3166-2، مثل DE-BY.
error-subdivision-elsewhere = تقع هذه المنطقة في بلد آخر.
error-currency = استعمل رمز عملة من ISO 4217، مثل EUR أو MAD.
error-currency-exponent = ليست لهذه العملة وحدة فرعية، لذلك لا يمكن حفظ أي مبلغ بها.
error-currency-mixed = استخدموا عملة واحدة للكل.
error-money = اكتب العملة والمبلغ، مثل EUR 3000.00.
error-money-decimals = عدد الأرقام بعد الفاصلة أكبر مما تسمح به العملة.
error-money-range = هذا المبلغ كبير جدًا.
error-negative = لا يمكن أن تكون هذه القيمة أقل من صفر.
error-language = استعمل رمز لغة، مثل de أو ar.
error-language-level = هذا المستوى غير موجود في السلّم. اكتب مثلًا CEFR B1.
error-isco = استعمل مجموعة من أربعة أرقام في ISCO-08، مثل 2221.
error-isced-f = استعمل مجالًا من أربعة أرقام في ISCED-F 2013، مثل 0913.
error-eqf = استعمل مستوى من 1 إلى 8.
error-concept-uri = استعمل عنوان مفهوم في ESCO، وهو يبدأ بـ http://data.europa.eu/esco/.
error-pathway-id = اكتب المسار في شكل حزمة ثم بلد منشأ، مثل DE-NAFR-THAMM/MA.
error-pathway-unknown = لا يوجد هذا المسار في أي ممر مستورد.
error-pathway-elsewhere = يؤدي هذا المسار إلى بلد غير بلد الاحتياج.
error-pack-id = استعمل حروفًا لاتينية كبيرة وأرقامًا وشرطات، مثل DE-NAFR-THAMM.
error-window-reversed = تاريخ النهاية قبل تاريخ البداية. اجعله في يوم البداية أو بعده.
error-decided-before-filed = يجب أن يسبق القرارَ تاريخُ إيداع.
error-date = اكتب تاريخًا مثل 2027-09-01.
error-number = اكتب عددًا صحيحًا.
error-range = اكتب عددًا من { $min } إلى { $max }.
error-too-long = لا تتجاوز { $max ->
    [zero] 0 حرف
    [one] حرفًا واحدًا
    [two] حرفين
    [few] { $max } أحرف
    [many] { $max } حرفًا
   *[other] { $max } حرف
  }.
error-too-many = اذكر 20 على الأكثر.
error-too-young-to-train = بهذا يكون عمر الشخص أقل من 16 سنة عند البداية.
error-control-characters = احذف رموز التحكم.
error-email = اكتب عنوان بريد إلكتروني.
error-lei = يتكون معرّف LEI من 20 حرفًا ورقمًا مع رقمي تحقق صحيحين.
error-reference = اختر سجلًا يمكنك الاطلاع عليه.
error-fixed = لا يمكن تغيير هذه القيمة بعد إنشاء السجل.
error-belongs-together = اللغة والمستوى متلازمان: أدخلهما معًا أو اتركهما معًا.
error-cap-below-used = { $used ->
    [zero] لم تُستعمل أي أماكن بعد
    [one] استُعمل مكان واحد بالفعل
    [two] استُعمل مكانان بالفعل
    [few] استُعملت { $used } أماكن بالفعل
    [many] استُعمل { $used } مكانًا بالفعل
   *[other] استُعمل { $used } مكان بالفعل
  }. لا يمكن أن يكون الحد الأقصى أقل من ذلك.
error-seats-over-positions = { $left ->
    [zero] لم يبق أي منصب في هذا الاحتياج
    [one] لم يبق سوى منصب واحد في هذا الاحتياج
    [two] لم يبق سوى منصبين في هذا الاحتياج
    [few] لم يبق سوى { $left } مناصب في هذا الاحتياج
    [many] لم يبق سوى { $left } منصبًا في هذا الاحتياج
   *[other] لم يبق سوى { $left } منصب في هذا الاحتياج
  }.
error-positions-below-seats = لمسارات هذا الاحتياج بالفعل { $seats ->
    [zero] 0 مقعد
    [one] مقعد واحد
    [two] مقعدان
    [few] { $seats } مقاعد
    [many] { $seats } مقعدًا
   *[other] { $seats } مقعد
  }.
error-quota-subject = هذه القيمة لا تناسب النطاق المختار؛ انظر الإرشاد.
error-programme-elsewhere = هذا البرنامج تابع لمؤسسة تدريب أخرى.
error-cohort-elsewhere = هذه الدفعة تابعة لمؤسسة تدريب أخرى.
error-site-elsewhere = هذا الموقع تابع لجهة أخرى.
error-not-an-employer = هذه الجهة ليست صاحب عمل.
error-not-your-word = يمكنك إدخال تصريحك أنت فقط.
error-same-country = لا يمكن أن يكون بلد المنشأ وبلد المقصد بلدًا واحدًا.
error-password-length = استعمل من 12 إلى 200 حرف.
error-unknown-field = هذا الحقل غير معروف.
error-unknown-filter = لا يوجد عامل التصفية هذا في هذه القائمة.
error-unknown-sort = لا يمكن ترتيب هذه القائمة بهذا المعيار.
error-type = هذا النوع من القيم غير مناسب هنا.
error-flag = اختر نعم أو لا.
error-cursor = لم تعد هذه الصفحة من القائمة موجودة. ابدأ من الصفحة الأولى.
error-quota-elsewhere = هذا لا يقع في جهة البلد صاحب الحصة.
error-not-yours = تغيير هذا الحقل من اختصاص دور آخر.
error-seats-taken = عدد المقاعد المشغولة بمقترحات مقبولة: { $taken }.
error-pack-elsewhere = هذا الممر لا يؤدي إلى هناك.
field-phone = رقم الهاتف
hint-phone = كما تطلبه في بلدك، أو مسبوقًا بعلامة + ورمز البلد.
error-phone = ليس رقم هاتف في هذا البلد.
field-rule-subject = السجلات المعنية
field-rule-countries = البلدان المعنية
hint-rule-countries = رموز البلدان، مثلًا MA, TN
